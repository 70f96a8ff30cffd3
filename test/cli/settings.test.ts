import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import t from 'tap';
import type { Command } from '../../cli/Command.ts';
import { COMMANDS } from '../../cli/commands.ts';
import { electionOf } from '../../cli/settings/clusterSettings.ts';
import { flagOf, variableOf } from '../../cli/settings/Setting.ts';
import { URL_OF_RUNNING } from '../../cli/settings/runSettings.ts';
import { Settings } from '../../cli/settings/Settings.ts';
import { tokenOf } from '../../cli/settings/token.ts';
import { runProgram } from '../../cli/program.ts';
import { resolveOptions } from '../../server/options.ts';

interface Outcome {
  readonly settings: Settings | undefined;
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command line with every command's work left out, and gives the settings that the command would have got. */
async function parse(
  words: readonly string[],
  { environment = {}, folder = '/' }: { environment?: Record<string, string>; folder?: string } = {},
): Promise<Outcome> {
  let settings: Settings | undefined;
  const commands = COMMANDS.map((command): Command => ({
    ...command,
    run: async (invocation) => {
      settings = invocation.settings;
      return 0;
    },
  }));
  const [stdout, stderr] = [stream(), stream()];
  const code = await runProgram(commands, words, { environment, folder, stdout: stdout.end, stderr: stderr.end });
  return { settings, code, stdout: stdout.text(), stderr: stderr.text() };
}

function stream(): { end: NodeJS.WriteStream; text(): string } {
  const through = new PassThrough();
  const end = Object.assign(through, { isTTY: false, columns: 100 }) as unknown as NodeJS.WriteStream;
  return { end, text: () => String(through.read() ?? '') };
}

/** The value of a setting by its name. */
function value({ settings }: Outcome, name: string): unknown {
  for (const { setting } of settings?.describe() ?? []) if (setting.name === name) return settings?.get(setting);
  throw new Error(`the command has no setting ${name}`);
}

function place({ settings }: Outcome, name: string): string | undefined {
  for (const described of settings?.describe() ?? []) if (described.setting.name === name) return described.place;
  return undefined;
}

t.test('flags over environment over file over defaults, and each says where it came from', async (t) => {
  const folder = t.testdir({ 'whitewater.json': JSON.stringify({ port: 3, cluster: 'file', heartbeat: '50ms' }) });
  const environment = { WHITEWATER_PORT: '2', WHITEWATER_CLUSTER: 'variable' };
  const all = await parse(['up', '--port', '1'], { environment, folder });
  t.equal(value(all, 'port'), 1);
  t.equal(place(all, 'port'), '--port');
  t.equal(value(all, 'cluster'), 'variable');
  t.equal(place(all, 'cluster'), 'WHITEWATER_CLUSTER');
  t.equal(value(all, 'heartbeat'), 50);
  t.equal(place(all, 'heartbeat'), '"heartbeat" in whitewater.json');
  t.equal(value(all, 'host'), '127.0.0.1');
  t.equal(place(all, 'host'), 'default');

  const file = await parse(['up'], { folder });
  t.equal(value(file, 'port'), 3);
  const none = await parse(['up', '--config', 'none'], { folder });
  t.equal(value(none, 'port'), 7070);
  const empty = await parse(['up'], { folder, environment: { WHITEWATER_PORT: '' } });
  t.equal(value(empty, 'port'), 3, 'an empty variable says nothing');
});

t.test('a section for one command goes before the keys at the top of the file', async (t) => {
  const file = { port: 1, peers: 3, up: { port: 2 }, relay: { port: 4, host: '::1' }, peer: { relay: ['a:1', 'b:2'] } };
  const folder = t.testdir({ 'other.json': JSON.stringify(file) });
  const config = ['--config', 'other.json'];
  t.equal(value(await parse(['up', ...config], { folder }), 'port'), 2);
  t.strictSame(value(await parse(['up', ...config], { folder }), 'peers'), ['p1', 'p2', 'p3']);
  t.equal(value(await parse(['relay', ...config], { folder }), 'host'), '::1');
  t.strictSame(value(await parse(['peer', ...config], { folder }), 'relay'), ['http://a:1', 'http://b:2']);
  const environment = { WHITEWATER_CONFIG: 'other.json' };
  t.equal(value(await parse(['relay'], { folder, environment }), 'port'), 4);
});

t.test('switches, lists and repeated flags', async (t) => {
  t.equal(value(await parse(['up']), 'preVote'), undefined);
  t.equal(value(await parse(['up', '--no-pre-vote']), 'preVote'), false);
  t.equal(value(await parse(['up', '--pre-vote']), 'preVote'), true);
  t.equal(value(await parse(['up'], { environment: { WHITEWATER_PRE_VOTE: 'false' } }), 'preVote'), false);
  const overruled = await parse(['up', '--pre-vote'], { environment: { WHITEWATER_PRE_VOTE: 'off' } });
  t.equal(value(overruled, 'preVote'), true);
  const relays = await parse(['peer', '--relay', 'ws://a:1', '--relay', 'b:2,http://c:3']);
  t.strictSame(value(relays, 'relay'), ['http://a:1', 'http://b:2', 'http://c:3']);
  t.equal(value(await parse(['up', '--port', '1', '--port', '2']), 'port'), 2, 'the last one counts');
});

t.test('--show-settings tells every value with its place, but no secret', async (t) => {
  const environment = { WHITEWATER_TOKEN: 'hush' };
  const { settings, stdout } = await parse(['up', '--peers', '3', '--show-settings'], { environment });
  t.equal(settings, undefined, 'and nothing else is done');
  t.match(stdout, /^--peers +3 +--peers$/m);
  t.match(stdout, /^--token +\(hidden\) +WHITEWATER_TOKEN$/m);
  t.notMatch(stdout, /hush/);
});

t.test('what is wrong is told with its place', async (t) => {
  const folder = t.testdir({
    'broken.json': '{"port": ',
    'list.json': '[]',
    'unknown.json': '{"prot": 1}',
    'value.json': '{"port": {"is": 1}}',
    'range.json': '{"up": {"port": 65536}}',
    'large.json': `{"cluster": "blue"${' '.repeat(65_536)}}`,
  });
  const wrong: [string[], RegExp][] = [
    [['up', '--port', 'x'], /^--port: "x" is not a port/],
    [['up', '--config', 'broken.json'], /broken\.json is not JSON/],
    [['up', '--config', 'list.json'], /list\.json does not hold a JSON object/],
    [['up', '--config', 'unknown.json'], /unknown\.json has an unknown key, "prot"; did you mean "port"\?/],
    [['up', '--config', 'value.json'], /value\.json has a wrong value for "port"/],
    [['up', '--config', 'range.json'], /^"port" in range\.json: "65536" is not a port/],
    [['up', '--config', 'missing.json'], /missing\.json cannot be read \(it does not exist\)/],
    [['up', '--peers', '10'], /^--peers: 10 is not a number of peers: give 1 to 9/],
    [['up', '--preset', 'quick'], /^--preset: "quick" is not a preset: choose one of default, relaxed/],
    [['peer', '--relay', 'ftp://h'], /^--relay: .*"ftp:\/\/h" cannot be used/],
    [['peer', '--trace', 'everything'], /^--trace: "everything" is not a trace topic/],
    [['peer', '--id', '-x-'], /^--id: "-x-" is not a legal peer id/],
    [['disconnect', 'p1', '--for', 'ever'], /^--for: "ever" is not a duration/],
    [['relay', '--frame-bytes-max', '16MiB'], /^--frame-bytes-max: "16MiB" is not a legal size: give 1KiB to 8MiB$/],
    [['relay', '--frame-bytes-max', '10'], /^--frame-bytes-max: "10" is not a legal size/],
    [['relay', '--allow-host', ''], /^--allow-host: "" is not a host name/],
    [['relay', '--allow-host', 'a.example,b/c'], /^--allow-host: "b\/c" is not a host name/],
    [['up', '--heartbeat', '0.00001'], /^--heartbeat: "0.00001" is too short for a heartbeat: give 1ms or more$/],
    [['peer', '--election-timeout', '300..300'], /^--election-timeout: "300..300" leaves nothing to draw from/],
    [['up', '--config', '/dev/zero'], /the configuration file \/dev\/zero cannot be read \(it is not a regular file\)/],
    [['up', '--config', 'large.json'], /large.json cannot be read \(it is larger than 65536 bytes\)/],
    [['up', '--prot', '1'], /^unknown option '--prot'; did you mean --port\? See whitewater up --help$/],
    [['up', '--port'], /^option '--port <port>' argument missing; see whitewater up --help$/],
    [['statsu'], /^unknown command 'statsu'; did you mean status\? See whitewater --help$/],
    [['partition'], /^missing required argument 'groups'; see whitewater partition --help$/],
    [['heal', 'all'], /^too many arguments for 'heal'/],
  ];
  for (const [words, message] of wrong) {
    await t.rejects(parse(words, { folder }), { code: 'USAGE', exitCode: 2, message }, words.join(' '));
  }
  await t.rejects(
    parse(['relay'], { environment: { WHITEWATER_PORT: 'tcp://10.0.0.1:7070' } }),
    { message: /^WHITEWATER_PORT: "tcp:.* is not a port/ },
    'a variable',
  );
});

t.test('no command prints the help, and ends as bad usage', async (t) => {
  const { code, stderr } = await parse([]);
  t.equal(code, 2);
  t.match(stderr, /Usage: whitewater/);
});

t.test('every command explains itself: examples, and a default and a variable for each setting', async (t) => {
  for (const command of COMMANDS) {
    const { code, stdout } = await parse([command.name, '--help']);
    const help = stdout.replace(/\s+/g, ' ');
    t.equal(code, 0);
    t.match(help, /Examples: \$ whitewater/, command.name);
    for (const setting of command.settings) {
      t.ok(help.includes(flagOf(setting)), `${command.name} ${flagOf(setting)}`);
      const variable = setting.flagOnly === true ? '' : `; ${variableOf(setting)}`;
      t.ok(help.includes(`(default: ${setting.fallbackText}${variable})`), `${setting.name}${variable}`);
    }
  }
});

t.test('a preset, and what overrides it', async (t) => {
  const election = async (...words: string[]): Promise<unknown> => {
    const { settings } = await parse(['up', ...words]);
    if (settings === undefined) throw new Error('no settings');
    return electionOf(settings);
  };
  const times = { heartbeatMs: 100, electionTimeoutMsMin: 250, electionTimeoutMsMax: 400 };
  t.strictSame(await election(), { ...times, preVote: true, checkQuorum: true, noOpOnElection: true });
  t.strictSame(await election('--preset', 'lab'), {
    ...times,
    preVote: false,
    checkQuorum: false,
    noOpOnElection: false,
  });
  t.strictSame(await election('--preset', 'lab', '--pre-vote', '--election-timeout', '1s..2s', '--heartbeat', '50'), {
    ...{ heartbeatMs: 50, electionTimeoutMsMin: 1000, electionTimeoutMsMax: 2000 },
    ...{ preVote: true, checkQuorum: false, noOpOnElection: false },
  });
  await t.rejects(election('--heartbeat', '2s'), {
    code: 'USAGE',
    message: /election timeout of 250 ms \(default\) is not longer than the heartbeat of 2000 ms \(--heartbeat\)/,
  });
  await t.rejects(election('--heartbeat', '0'), { code: 'USAGE' });
});

t.test('the flag of the frame size allows what the relay allows', async (t) => {
  for (const [text, bytes] of [
    ['1KiB', 1024],
    ['8MiB', 8_388_608],
  ] as const) {
    t.equal(value(await parse(['relay', '--frame-bytes-max', text]), 'frameBytesMax'), bytes);
    t.equal(resolveOptions({ frameBytesMax: bytes }).frameBytesMax, bytes);
  }
  for (const frameBytesMax of [1023, 8_388_609]) t.throws(() => resolveOptions({ frameBytesMax }), { code: 'USAGE' });
  const hosts = await parse(['relay', '--allow-host', 'a.example, B_c', '--allow-host', '[::1]']);
  t.strictSame(value(hosts, 'allowHost'), ['a.example', 'B_c', '[::1]']);
});

t.test('the token: said outright or in a file, the stronger place wins', async (t) => {
  const folder = t.testdir({ secret: 'from-file\n', empty: '\n', config: '{"token": "from-config"}' });
  const secret = join(folder, 'secret');
  const token = async (words: string[], environment = {}): Promise<string | undefined> => {
    const { settings } = await parse(['status', ...words], { environment, folder });
    if (settings === undefined) throw new Error('no settings');
    return tokenOf(settings);
  };
  t.equal(await token([]), undefined);
  t.equal(await token(['--token', 'a']), 'a');
  t.equal(await token(['--token-file', secret]), 'from-file');
  t.equal(await token(['--token-file', secret], { WHITEWATER_TOKEN: 'b' }), 'from-file');
  t.equal(await token(['--token', 'a'], { WHITEWATER_TOKEN_FILE: secret }), 'a');
  t.equal(await token(['--config', 'config'], { WHITEWATER_TOKEN_FILE: secret }), 'from-file');
  await t.rejects(token(['--token', 'a', '--token-file', secret]), { code: 'USAGE', message: /both --token and/ });
  await t.rejects(token(['--token-file', join(folder, 'empty')]), { code: 'USAGE', message: /is empty/ });
  await t.rejects(token(['--token-file', join(folder, 'no')]), { code: 'USAGE', message: /cannot be read/ });
  execFileSync('mkfifo', [join(folder, 'pipe')]);
  for (const path of ['/dev/zero', join(folder, 'pipe'), folder]) {
    await t.rejects(token(['--token-file', path]), { code: 'USAGE', message: /it is not a regular file/ }, path);
  }
  writeFileSync(secret, 'two words');
  await t.rejects(token(['--token-file', secret]), { code: 'USAGE', message: /white space/ });
});

t.test('run and chaos start their own cluster, whatever the environment or a file says', async (t) => {
  const settings = new Settings([URL_OF_RUNNING], {
    flags: new Map(),
    environment: { WHITEWATER_URL: 'http://127.0.0.1:7070' },
    file: { path: 'whitewater.json', values: new Map([['url', 'http://127.0.0.1:7070']]) },
  });
  t.equal(settings.get(URL_OF_RUNNING), undefined);
  t.notOk(settings.isGiven(URL_OF_RUNNING));
});
