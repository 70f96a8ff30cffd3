import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import {
  ELECTION_DEFAULTS,
  ELECTION_PRESETS,
  PRIORITY_DEFAULT,
  REPLICATION_DEFAULTS,
} from '../../peer/raft/options.ts';
import { COMMAND_BYTES_MAX } from '../../peer/replica/commandSize.ts';
import { SESSIONS_MAX } from '../../peer/machine/Sessions.ts';
import { ANSWER_BYTES_MAX, KEY_LENGTH_MAX, LIST_LIMIT_MAX, VALUE_BYTES_MAX } from '../../shared/keyValue.ts';
import { MEMBERS_MAX } from '../../shared/numbers.ts';
import { FRAME_BYTES_MAX } from '../../shared/envelope.ts';
import { ROOT } from '../support/root.ts';
import { blocksOf, compileAsUser } from '../support/userProject.ts';

const read = (name: string): string => readFileSync(join(ROOT, 'docs', name), 'utf8');

/** Rows of tables whose first cell is one name in code quotes. */
function defaultsIn(text: string): Map<string, string> {
  const rows = text.matchAll(/^\| `(\w+)` +\| ([^|]+?) +\|/gm);
  return new Map([...rows].map(([, name = '', value = '']) => [name, value]));
}

t.test('LIBRARY.md has every election and replication option with its default', async (t) => {
  const documented = defaultsIn(read('LIBRARY.md'));
  for (const [name, value] of Object.entries({ ...ELECTION_DEFAULTS, ...REPLICATION_DEFAULTS })) {
    t.equal(documented.get(name), String(value), name);
  }
  t.equal(documented.get('priority'), `\`${PRIORITY_DEFAULT}\``);
  for (const preset of Object.keys(ELECTION_PRESETS)) t.ok(read('LIBRARY.md').includes(`\`${preset}\``), preset);
});

t.test('LIBRARY.md names every option of Peer.start', async (t) => {
  const source = readFileSync(join(ROOT, 'peer/PeerOptions.ts'), 'utf8');
  const [, body = ''] = /export interface PeerOptions<[^{]*\{([^]*?)\n\}/.exec(source) ?? [];
  const names = [...body.matchAll(/^ {2}readonly (\w+)\??:/gm)].map(([, name = '']) => name);
  t.ok(names.length >= 15, names.join(', '));
  for (const name of names) t.ok(read('LIBRARY.md').includes(`\`${name}\``), name);
});

/** What stands around a snippet that does not begin a program. */
const SURROUNDINGS = `
declare const peer: import('whitewater/peer').Peer;
declare function work(task: { fencingToken: number; signal: AbortSignal }): Promise<void>;
`;

t.test('LIBRARY.md: every snippet compiles as it stands, with the options of README', async (t) => {
  const snippets = blocksOf(read('LIBRARY.md')).filter(({ language }) => language === 'ts');
  t.ok(snippets.length >= 4, `${snippets.length} were found`);
  const files = snippets.map(({ lines }, at) => [`snippet${at + 1}.ts`, lines.join('\n')] as const);
  const { told } = compileAsUser(t, { 'surroundings.d.ts': SURROUNDINGS, ...Object.fromEntries(files) });
  t.same(told, []);
});

t.test("LIBRARY.md: the whole test of somebody else's software passes as it stands", async (t) => {
  const block = blocksOf(read('LIBRARY.md')).find(({ lines }) => lines.some((line) => line.includes("from 'tap'")));
  const { folder, told } = compileAsUser(t, { 'tennis.test.ts': block?.lines.join('\n') ?? '' });
  t.same(told, []);
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(folder, 'built/tennis.test.js')], {
    encoding: 'utf8',
  });
  t.equal(status, 0, stdout + stderr);
  t.match(stdout, /^ok 1 - what is served comes back/m);
});

t.test('a key-value client takes a cluster of open types, and none of other commands', async (t) => {
  const head = `import { connectCluster, KeyValueClient, type ClusterClient } from 'whitewater/client';\n`;
  const { told } = compileAsUser(t, {
    'open.ts': `${head}new KeyValueClient(connectCluster({ cluster: 'demo', relay: '127.0.0.1:7070' }));`,
    'other.ts': `${head}declare const counter: ClusterClient<{ add: number }, number, null, number>;\nnew KeyValueClient(counter);`,
  });
  t.equal(told.length, 1, told.join('\n'));
  t.match(told[0], /^other\.ts: /);
});

t.test('GUARANTEES.md has the bounds of the code', async (t) => {
  const text = read('GUARANTEES.md');
  const bounds = { COMMAND_BYTES_MAX, SESSIONS_MAX, ANSWER_BYTES_MAX, KEY_LENGTH_MAX, LIST_LIMIT_MAX, VALUE_BYTES_MAX };
  for (const [name, bound] of Object.entries({ ...bounds, MEMBERS_MAX, FRAME_BYTES_MAX })) {
    t.ok(text.includes(bound.toLocaleString('en')), `${name}, ${bound}`);
  }
  t.ok(text.includes(REPLICATION_DEFAULTS.uncommittedBytesMax.toLocaleString('en')));
});
