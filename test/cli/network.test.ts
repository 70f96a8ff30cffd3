import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import t, { type Test } from 'tap';
import { Network } from '../../client/Network.ts';
import { RelayClient } from '../../client/RelayClient.ts';
import { COMMANDS } from '../../cli/commands.ts';
import { runProgram } from '../../cli/program.ts';
import { peerId } from '../../shared/ids.ts';
import { TestRelay } from '../server/support/relay.ts';

interface Stage {
  readonly relay: TestRelay;
  readonly folder: string;
  /** Runs a command in this process. @returns what it printed @throws {WhitewaterError} what it ends with */
  readonly command: (...words: string[]) => Promise<string>;
  /** Its exit code too. */
  readonly result: (...words: string[]) => Promise<{ code: number; text: string }>;
}

async function start(t: Test): Promise<Stage> {
  const relay = await TestRelay.start(t);
  for (const id of ['p1', 'p2', 'p3']) await relay.dial(id);
  const folder = mkdtempSync(join(tmpdir(), 'whitewater-network-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  const result = async (...words: string[]) => {
    const stdout = new PassThrough();
    let text = '';
    stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
    const stream = stdout as unknown as NodeJS.WriteStream;
    const environment = { WHITEWATER_URL: relay.url, WHITEWATER_CONFIG: 'none' };
    const code = await runProgram(COMMANDS, words, { environment, folder, stdout: stream, stderr: stream });
    return { code, text };
  };
  return { relay, folder, result, command: async (...words) => (await result(...words)).text };
}

t.test('link: every fault by its flag, and what is wrong is refused', async (t) => {
  const { command, relay } = await start(t);
  t.match(
    await command('link', 'p1', 'p2', '--drop', '30%', '--delay', '50..200ms', '--types', 'AppendEntries'),
    'demo: p1-p2: p1 -> p2: drop 0.3, delay 50..200ms, AppendEntries only\n',
  );
  const words = ['--duplicate', '0.1', '--reorder', '0.2', '--corrupt', '0.05', '--rate', '10kB/s', '--hold'];
  const scope = ['--both', '--skip', '2', '--every', '3', '--first', '4', '--probability', '0.5', '--ttl', '1m'];
  const more = ['--start-after', '1s', '--flap', '1s/2s', '--disconnect', '0.01', '--name', 'all', '--json'];
  const made = JSON.parse(await command('link', 'leader', '*', ...words, ...scope, ...more)) as { rule: unknown };
  t.same(made.rule, {
    ...{
      from: 'leader',
      to: '*',
      both: true,
      duplicate: 0.1,
      reorder: 0.2,
      corrupt: 0.05,
      hold: true,
      disconnect: 0.01,
    },
    ...{ rate: { bytesPerSecond: 10_000 }, skip: 2, every: 3, first: 4, probability: 0.5, ttlMs: 60_000 },
    ...{ startAfterMs: 1000, flap: { onMs: 1000, offMs: 2000 } },
  });
  t.match(await command('link', 'p1', '*', '--accept', '100ms', '--name', 'slow'), /slow: p1 -> \*: accept 100ms/);
  const table = await command('rules');
  t.match(table, /^RULE +LINKS +AGE +MEANT +STRUCK +WHAT\n/);
  t.match(table, /\np1-p2 +p1 -> p2 +[\d.]+ m?s +0 +- +drop 0\.3, delay 50\.\.200ms, AppendEntries only\n/);
  t.match(await command('link', '--remove', 'p1-p2', '--frames', 'drop'), 'demo: removed p1-p2; 2 left\n');

  const refused: [words: string[], expected: { code: string; message?: string | RegExp }][] = [
    [
      ['p1', 'p2', '--drop', '1', '--ttl', '60'],
      { code: 'USAGE', message: '--ttl: "60" has no unit: write 60ms or 60s' },
    ],
    [
      ['p1', 'p2', '--drop', '1', '--flap', '1/2'],
      { code: 'USAGE', message: '--flap: "1" has no unit: write 1ms or 1s' },
    ],
    [['p1', 'p2', '--delay', '50..200'], { code: 'USAGE', message: '--delay: "50..200" has no unit: write 50..200ms' }],
    [['p1', 'p2', '--delay', 'soon'], { code: 'USAGE', message: /--delay: "soon"/ }],
    [['p1', 'p2', '--drop', '1.5'], { code: 'USAGE', message: /--drop: "1.5" is not a share/ }],
    [['p1', 'p2', '--rate', '10'], { code: 'USAGE', message: /--rate: "10" is not a bandwidth/ }],
    [['p1', 'p2', '--flap', '1s'], { code: 'USAGE', message: /--flap/ }],
    [['p1', 'p2'], { code: 'USAGE', message: /no fault is named/ }],
    [['p1', '--drop', '1'], { code: 'USAGE', message: /name both ends/ }],
    [['p1', 'p 2', '--drop', '1'], { code: 'USAGE', message: /does not name endpoints/ }],
    [['p1', 'p2', '--remove', 'x'], { code: 'USAGE', message: /no ends/ }],
    [['--remove', 'none'], { code: 'RULE_UNKNOWN' }],
    [['p1', 'nobody', '--drop', '1'], { code: 'PEER_UNKNOWN' }],
  ];
  for (const [words, expected] of refused) await t.rejects(command('link', ...words), expected, words.join(' '));
  t.match(await relay.view('demo'), { faults: { rules: ['all', 'slow'] } }, 'what was in force stays');
});

t.test('partitions by shape, profiles, seeds, everything from a file, and held frames', async (t) => {
  const { command, folder, relay } = await start(t);
  t.match(await command('partition', 'ring'), /^demo: cut into ring: .*p1 to p3/);
  t.match(await command('partition', 'swizzle', '--step', '1m', '--in-flight', 'delivered'), /leave and come back/);
  await t.rejects(command('partition', 'isolate:p9'), { code: 'PEER_UNKNOWN' });
  await t.rejects(command('partition', 'star:p1'), { code: 'PARTITION_SHAPE_UNKNOWN' });
  t.match(await command('heal'), /healed/);
  t.match(await command('profile', 'wan', '--regions', 'eu=p1,p2/us=p3'), /profile +wan\n/);
  t.match(await command('profile'), /^demo: profile wan; others: reliable/);
  await t.rejects(command('profile', 'slow'), { code: 'PROFILE_UNKNOWN' });
  await t.rejects(command('profile', 'wan', '--regions', 'eu'), { code: 'USAGE', message: /eu=p1,p2\/us=p3/ });
  t.match(await command('seed', 'monday'), 'demo: seed monday; every link counts its frames anew\n');

  const file = join(folder, 'bad-day.yaml');
  writeFileSync(
    file,
    "profile: { name: ours, rules: { loss: { from: '*', to: p3, drop: 0.1 } } }\npartition: { shape: halves }\n",
  );
  t.match(await command('network', file), /seed monday\nprofile +ours\npartition +halves\n[^]*\(ours:loss\)|\(loss\)/);
  t.match(JSON.parse(await command('network', '--json')), {
    profile: { name: 'ours' },
    partition: { shape: 'halves' },
  });
  await t.rejects(command('partition', 'thirds'), {
    code: 'PEER_UNKNOWN',
    message: /^thirds is neither a peer nor a shape; the shapes are halves, majority-minority, .*swizzle; /,
  });
  writeFileSync(file, 'rules: { a: { from: p1, to: p2, drop: 2 } }\n');
  await t.rejects(command('network', file), { code: 'RULE_INVALID' });
  writeFileSync(file, 'rules: [');
  await t.rejects(command('network', file), { code: 'USAGE', message: /bad-day\.yaml:\d+:\d+: this is not YAML/ });
  t.match(await command('network'), /profile +ours/, 'what was in force stays');

  await command('heal');
  await command('link', 'p1', 'p2', '--hold', '--name', 'stuck');
  const p4 = await relay.dial('p4');
  await command('link', 'p4', 'p2', '--hold', '--name', 'stuck');
  p4.send('RequestVote', 'p2');
  await p4.settled();
  t.match(await command('release', 'stuck', '--shuffled', '--first', '5'), 'demo: 1 frame of stuck went');
});

t.test('a journal is printed, kept in a file, and its faults are in force again', async (t) => {
  const { command, result, folder, relay } = await start(t);
  await command('seed', 'monday');
  await command('link', 'p1', 'p2', '--drop', '0.5');
  await command('partition', 'swizzle', '--step', '20ms');
  await command('disconnect', 'p3', '--for', '1ms');
  await command('partition', 'p1|p2,p3');
  const file = join(folder, 'run.ndjson');
  t.match(await command('journal', '--output', file), /^\d+ lines in \S+run\.ndjson\n$/);
  const lines = readFileSync(file, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { kind: string });
  t.equal(lines[0]?.kind, 'journal');
  const faults = await command('journal', '--kinds', 'faults', '--limit', '2');
  t.equal(faults.trim().split('\n').length, 3, 'the head and two lines');
  await t.rejects(command('journal', '--kinds', 'noise'), { code: 'USAGE' });
  await t.rejects(command('journal', '--output', join(folder, 'none/x')), {
    code: 'USAGE',
    message: /cannot be written/,
  });

  await command('heal');
  const replayed = await result('replay', file, '--speed', '1000');
  t.equal(replayed.code, 0, replayed.text);
  t.match(replayed.text, /replay +the seed is monday +ok +epoch/);
  t.match(replayed.text, /replay +disconnect p3 +ok/);
  const view = JSON.parse(await command('network', '--json')) as unknown;
  t.match(view, { seed: 'monday', rules: [{ name: 'p1-p2' }], partition: { groups: [['p1'], ['p2', 'p3']] } });

  writeFileSync(file, '{"kind":"faults","seq":1,"timeMs":1}\n');
  await t.rejects(command('replay', file), { code: 'USAGE', message: /run\.ndjson:1: this is no line of a journal/ });
  writeFileSync(file, 'noise\n');
  await t.rejects(command('replay', file), { code: 'USAGE', message: /:1: .*not JSON/ });
  await t.rejects(command('replay', join(folder, 'none')), { code: 'USAGE', message: /cannot be read/ });
  t.match((await relay.view('demo')).partition, { groups: [['p1'], ['p2', 'p3']] }, 'a bad file changes nothing');
});

t.test(
  'a replay begins a rule anew where it was put in force again unchanged, and frames have the same fates',
  async (t) => {
    const { command, result, folder, relay } = await start(t);
    const network = new Network(new RelayClient({ url: relay.url }), 'demo');
    const p4 = await relay.dial('p4');
    const send = async (): Promise<void> => {
      for (let count = 0; count < 3; count += 1) p4.send('RequestVote', 'p2');
      await p4.settled();
    };
    const fates = async (): Promise<string[]> => {
      const told: string[] = [];
      for await (const line of network.journal({ kinds: ['frame'] })) if (line.kind === 'frame') told.push(line.fate);
      return told;
    };
    const rule = { from: 'p4', to: 'p2', drop: 1, first: 2 };
    await network.rule('two', rule);
    await send();
    await network.rule('two', rule);
    await send();
    const made = await fates();
    t.same(made, ['dropped', 'dropped', 'delivered', 'dropped', 'dropped', 'delivered']);

    const lines = (await command('journal', '--kinds', 'faults')).trim().split('\n');
    const changes = lines.map((text) => JSON.parse(text) as { timeMs?: number; renewed?: unknown });
    t.same(
      changes.slice(1).map(({ renewed }) => renewed),
      [['two'], ['two']],
    );
    // Time enough for the frames in between.
    const apart = changes.map((line, at) => (at === 2 ? { ...line, timeMs: (line.timeMs ?? 0) + 3000 } : line));
    const file = join(folder, 'renewed.ndjson');
    writeFileSync(file, apart.map((line) => `${JSON.stringify(line)}\n`).join(''));
    const { epoch } = await network.faults();
    const replaying = result('replay', file);
    // A heal that finds something, the seed, and the two.
    for (const after of [3, 4]) {
      await relay.until('the rule is in force again', async () => (await network.faults()).epoch === epoch + after);
      await send();
    }
    t.equal((await replaying).code, 0);
    t.same((await fates()).slice(made.length), made);
  },
);

t.test('a replay may name clients before they come, and no other endpoints that nobody knows', async (t) => {
  const first = await start(t);
  await first.relay.dial('http', { path: 'client' });
  await first.command('partition', 'p1,http|p2,p3');
  await first.command('link', 'http', 'p1', '--drop', '1', '--name', 'mute');
  await first.command('partition', 'p1|p2,p3');
  const journal = await first.command('journal', '--kinds', 'faults');
  const second = await start(t);
  const file = join(second.folder, 'day.ndjson');
  writeFileSync(file, journal);
  const replayed = await second.result('replay', file, '--speed', '1000');
  t.equal(replayed.code, 0, replayed.text);
  const network = new Network(new RelayClient({ url: second.relay.url }), 'demo');
  t.match(await network.faults(), { partition: { groups: [['p1'], ['p2', 'p3']] }, rules: [{ name: 'mute' }] });
  const client = await second.relay.dial('http', { path: 'client' });
  client.send('ClientRequest', 'p1', {});
  await client.settled();
  t.match(await network.rule('later', { from: 'http', to: 'p2', drop: 1 }), { name: 'later' });
  t.match((await network.faults()).rules, [{ name: 'mute', matched: 1 }], 'and they are meant once they are there');

  writeFileSync(file, journal.replaceAll('"http"', '"p9"').replaceAll('"clients":["p9"]', '"clients":[]'));
  const wrong = await second.result('replay', file, '--speed', '1000');
  t.equal(wrong.code, 1);
  t.match(wrong.text, /PEER_UNKNOWN/);
  t.notMatch(journal.split('\n').at(-2), /clients":\["p/, 'peers are none');
});

interface FaultsLine {
  readonly kind: string;
  readonly text?: string;
}

t.test(
  'a replay makes each change as it was made: heals, releases, seeds, frames, and times at its speed',
  async (t) => {
    const { command, result, folder, relay } = await start(t);
    const network = new Network(new RelayClient({ url: relay.url }), 'demo');
    await command('link', 'p1', 'p2', '--hold', '--name', 'stuck');
    await command('seed', 'monday');
    await command('seed', 'monday');
    await command('release', 'stuck', '--shuffled', '--first', '2');
    await network.rule('timed', {
      from: 'p2',
      to: 'p3',
      drop: 1,
      ttlMs: 8_000_000,
      startAfterMs: 6000,
      flap: { onMs: 4000, offMs: 2 },
    });
    await network.removeRule('stuck', { frames: 'drop' });
    await command('disconnect', 'p3', '--for', '600s');
    await command('heal');
    const file = join(folder, 'made.ndjson');
    const again = join(folder, 'again.ndjson');
    await command('journal', '--output', file);
    const linesIn = (path: string) =>
      readFileSync(path, 'utf8')
        .trim()
        .split('\n')
        .map((text) => JSON.parse(text) as FaultsLine & Record<string, unknown>)
        .filter(({ kind }) => kind === 'faults' || kind === 'release');
    const newest = linesIn(file).length;
    const replayed = await result('replay', file, '--speed', '2');
    t.equal(replayed.code, 0, replayed.text);
    await command('journal', '--output', again);
    const shape = ({ kind, seed, frames, seedSet, healed, rule, order, first }: Record<string, unknown>) => ({
      ...{ kind, seed, frames, seedSet, healed, rule, order, first },
    });
    const made = linesIn(file);
    const remade = linesIn(again).slice(newest);
    t.same(remade.map(shape), [
      { ...shape(remade[0] ?? {}), seed: made[0]?.['seed'], seedSet: true, healed: false },
      ...made.map(shape),
    ]);
    const timed = remade
      .map(({ rules }) => (rules as Record<string, unknown> | undefined)?.['timed'])
      .find((rule) => rule !== undefined);
    t.match(timed, { ttlMs: 4_000_000, startAfterMs: 3000, flap: { onMs: 2000, offMs: 1 }, drop: 1 });
    const view = await relay.view('demo');
    t.notOk(
      view.peers.some(({ refusedForMs }) => refusedForMs !== null),
      'the heal ended the refusal',
    );
  },
);

t.test('delays by a file of samples; what more can be said of bursts, copies, bandwidth and ends', async (t) => {
  const { command, folder, relay } = await start(t);
  const pings = join(folder, 'pings.txt');
  writeFileSync(pings, '# of a Tuesday\n12\n15.5\r\n\n80 # a bad one\n');
  const samplesMs = [12, 15.5, 80];
  const made = async (...words: string[]): Promise<unknown> =>
    (JSON.parse(await command('link', 'p1', 'p2', ...words, '--json')) as { rule: unknown }).rule;
  t.match(await made('--delay', `@${pings}`, '--duplicate', '0.1', '--copies', '3', '--copy-delay', '5ms'), {
    delay: { samplesMs },
    duplicate: { probability: 0.1, copies: 3, delay: '5ms' },
  });
  t.match(await made('--bursts', '0.01/20%/0/0.9', '--reorder', '0.2', '--reorder-delay', `@${pings}`), {
    drop: { goodToBad: 0.01, badToGood: 0.2, lossGood: 0, lossBad: 0.9 },
    reorder: { probability: 0.2, delay: { samplesMs } },
  });
  t.match(await made('--rate', '10kB/s', '--queue', '16KiB', '--disconnect', '0.5', '--disconnect-end', 'receiver'), {
    rate: { bytesPerSecond: 10_000, queueBytesMax: 16_384 },
    disconnect: { probability: 0.5, end: 'receiver' },
  });
  t.same(await made('--bursts', '0.01/0.2'), { from: 'p1', to: 'p2', drop: { goodToBad: 0.01, badToGood: 0.2 } });

  const bad = join(folder, 'bad.txt');
  writeFileSync(bad, '12\n80ms\n');
  const empty = join(folder, 'empty.txt');
  writeFileSync(empty, '# nothing\n');
  const refused: [words: string[], message: RegExp][] = [
    [['--delay', `@${bad}`], /--delay: .*bad\.txt:2: "80ms" is no sample/],
    [['--delay', `@${empty}`], /has no sample/],
    [['--delay', `@${join(folder, 'none.txt')}`], /cannot be read/],
    [['--drop', '1', '--bursts', '0.1/0.2'], /two ways to lose frames/],
    [['--bursts', '0.1/0.2/0.3'], /two or four shares/],
    [['--delay', '1ms', '--copies', '2'], /--copies says more of --duplicate, which is not given/],
    [['--delay', '1ms', '--queue', '2KiB'], /--queue says more of --rate/],
  ];
  for (const [words, message] of refused) {
    await t.rejects(command('link', 'p1', 'p2', ...words), { code: 'USAGE', message }, words.join(' '));
  }

  // Where the command runs does not matter: the file of samples lies beside the file that names it.
  const rules = "{ slow: { from: p1, to: '*', delay: { samplesFile: pings.txt } } }";
  writeFileSync(join(folder, 'day.yaml'), `rules: ${rules}\nprofile: { name: ours, rules: ${rules} }\n`);
  await command('network', join(folder, 'day.yaml'));
  const inForce = (await relay.request('GET', '/api/clusters/demo/network')).body as {
    rules: { rule: { delay: unknown } }[];
  };
  t.same(
    inForce.rules.map(({ rule }) => rule.delay),
    [{ samplesMs }, { samplesMs }],
  );
  writeFileSync(join(folder, 'ours.yaml'), `name: ours\nrules: ${rules.replace('pings', 'bad')}\n`);
  await t.rejects(command('profile', join(folder, 'ours.yaml')), { code: 'USAGE', message: /bad\.txt:2/ });
});

t.test('a peer that was asked to time out stands in the journal, and is asked again by a replay', async (t) => {
  const { command, folder, relay, result } = await start(t);
  const p4 = await relay.dial('p4');
  const asked = (): number => p4.frames.filter(({ type }) => type === 'TimeOut').length;
  await command('seed', '7');
  await command('timeout', 'p4');
  await p4.settled();
  t.equal(asked(), 1);
  const file = join(folder, 'day.ndjson');
  await command('journal', '--output', file);
  t.match(readFileSync(file, 'utf8'), /"kind":"connection",.*"event":"timeOut","id":"p4"/);
  const { code, text } = await result('replay', file);
  t.equal(code, 0, text);
  t.match(text, /time out p4/);
  await p4.settled();
  t.equal(asked(), 2);
});

t.test('--epoch: a change is made only if the faults are still those that were looked at', async (t) => {
  const { command, folder } = await start(t);
  const file = join(folder, 'day.yaml');
  writeFileSync(file, 'partition: halves\n');
  const epoch = async (): Promise<number> =>
    (JSON.parse(await command('network', '--json')) as { epoch: number }).epoch;
  const changes = [
    ['link', 'p1', 'p2', '--drop', '1'],
    ['link', '--remove', 'p1-p2'],
    ['partition', 'p1|p2,p3'],
    ['isolate', 'p1'],
    ['network', file],
    ['profile', 'lan'],
    ['seed', 'monday'],
    ['heal'],
  ];
  for (const words of changes) {
    const before = await epoch();
    await t.rejects(command(...words, '--epoch', String(before + 5)), { code: 'EPOCH_DIFFERS' }, words.join(' '));
    t.equal(await epoch(), before);
    await command(...words, '--epoch', String(before));
    t.equal(await epoch(), before + 1, words.join(' '));
  }
});

t.test(
  'faults for a cluster that nobody joined are remarked where others have peers, and do not count as a cluster',
  async (t) => {
    const { command, relay } = await start(t);
    const client = new RelayClient({ url: relay.url });
    t.notMatch(await command('link', 'p1', 'p2', '--drop', '1', '--cluster', 'demo'), /whitewater:/);
    const remark =
      'whitewater: nobody has connected to dmeo yet, and what was changed waits for its peers; did you mean demo?';
    for (const words of [
      ['link', 'p1', 'p2', '--drop', '1'],
      ['profile', 'lan'],
      ['seed', '7'],
    ]) {
      t.match(await command(...words, '--cluster', 'dmeo'), remark, words.join(' '));
    }
    t.match(await command('heal', '--cluster', 'dmeo'), /dmeo: healed; nobody has connected yet/);
    t.match(await command('profile', 'lan', '--cluster', 'elsewhere'), /its peers; there are peers in demo\n/);
    t.match(await command('rules'), /p1-p2/, 'the only cluster with peers is meant');
    t.match(await command('status'), /^dmeo {2}no peer has connected yet$/m);
    await t.rejects(client.cluster('dmo'), {
      code: 'CLUSTER_UNKNOWN',
      message: /; did you mean demo\?; known are demo, dmeo \(to which nobody connected either\), elsewhere/,
    });
  },
);

t.test('words of other tools, and what a shell makes of a bare star', async (t) => {
  const { command } = await start(t);
  for (const [words, message] of [
    [['cut', 'p1'], /did you mean partition\?/],
    [['kill', 'p1'], /did you mean process kill\?/],
    [['link', 'p1', 'p2', '--loss', '0.1'], /did you mean --drop\?/],
    [['link', 'p1', 'p2', '--bandwidth', '1kB/s'], /did you mean --rate\?/],
    [['up', '--secret', 'abc'], /did you mean --secret-file\?/],
    [['partitoin', 'p1'], /did you mean partition\?/],
    [
      ['link', 'p1', 'a', 'b', 'c', '--drop', '1'],
      /too many arguments.*write \* and what has blanks in quotes, such as "\*"/,
    ],
    [['link', 'p1', 'p1', '--drop', '1'], /nothing goes from p1 to itself/],
    [['disconnect', 'p1', '--for', '5'], /"5" has no unit: write 5ms or 5s/],
    [['chaos', '--minutes', 'ten'], /"ten" is not a number of minutes: write 10, 0\.5, 30s or 2m/],
  ] as const) {
    await t.rejects(command(...words), { code: 'USAGE', message }, words.join(' '));
  }
  const meant = { code: 'PEER_UNKNOWN', message: /did you mean leader\?/ };
  await t.rejects(command('link', 'leadr', '*', '--drop', '1'), meant);
});

t.test('"leader" is whoever leads at the moment, wherever a peer is named', async (t) => {
  const { command, relay } = await start(t);
  await t.rejects(command('isolate', 'leader'), { code: 'PARTITION_SHAPE_UNFIT', message: /^nobody leads demo/ });
  const leader = await relay.dial('p2');
  leader.status({ role: 'leader', term: 3, leader: peerId('p2') });
  await leader.settled();
  t.match(await command('isolate', 'leader'), /^demo: cut into p2 \| p1,p3/);
  t.match(await command('isolate', 'leader', 'p2', 'p1'), /^demo: cut into p2,p1 \| p3/);
  t.match(await command('disconnect', 'leader'), /^demo: cut the connection of p2/);
});

t.test('a journal that is followed ends after as many lines as were asked for', async (t) => {
  const { command } = await start(t);
  await command('seed', '1');
  const followed = command('journal', '--follow', '--kinds', 'faults', '--limit', '3');
  for (const seed of ['2', '3', '4']) await command('seed', seed);
  const lines = (await followed).trim().split('\n');
  t.equal(lines.length, 4, 'the head and three');
});

t.test('while peers come and go, it is told who is away now, and who can have a leader without them', async (t) => {
  const { command } = await start(t);
  const whole = await command('partition', 'swizzle', '--step', '1h');
  const lost = /away now: (p\d)/.exec(whole)?.[1] ?? '';
  t.match(whole, /swizzle: p\d, p\d(, p\d)? leave and come back in turn, away now: p\d/);
  const status = JSON.parse(await command('status', '--json')) as { peers: { id: string; isLost?: boolean }[] };
  t.same(
    status.peers.filter(({ isLost }) => isLost === true).map(({ id }) => id),
    [lost],
  );
});
