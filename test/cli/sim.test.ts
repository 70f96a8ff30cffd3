import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { pathToFileURL } from 'node:url';
import t from 'tap';
import { simCommand } from '../../cli/commands/sim.ts';
import { Settings } from '../../cli/settings/Settings.ts';
import { runSim } from '../../cli/sim/runSim.ts';
import { checkLinearizability } from '../../sim/linearizability/check.ts';
import { readKeyValueLog } from '../../sim/linearizability/jepsenKeyValueLog.ts';
import { STRING_MODEL } from '../../sim/linearizability/stringModel.ts';
import { DEFECTIVE_SEED, defectAfter } from '../support/defect.ts';
import { ROOT } from '../support/root.ts';

const DEFECTIVE = pathToFileURL(join(ROOT, 'dist-test/support/defectiveSeeds.js'));
const SEED = String(DEFECTIVE_SEED);
const folder = mkdtempSync(join(tmpdir(), 'whitewater-sim-'));
t.teardown(() => rmSync(folder, { recursive: true }));

interface Ran {
  readonly code: number;
  readonly text: string;
}

/** As `whitewater sim` with these flags. One seed has a defect there. */
async function run(
  flags: Readonly<Record<string, string>>,
  interrupted = new AbortController().signal,
  onText: (text: string) => void = () => undefined,
): Promise<Ran> {
  const stdout = new PassThrough();
  const stderr = new PassThrough();
  stderr.resume();
  let text = '';
  stdout.setEncoding('utf8').on('data', (chunk: string) => onText((text += chunk)));
  const settings = new Settings(simCommand.settings, {
    flags: new Map(Object.entries(flags)),
    environment: {},
    file: undefined,
  });
  const streams = { stdout, stderr } as unknown as { stdout: NodeJS.WriteStream; stderr: NodeJS.WriteStream };
  const code = await runSim(
    { settings, args: [], ...streams },
    { program: DEFECTIVE, interrupted, listenersOf: ({ seed }) => (seed === DEFECTIVE_SEED ? defectAfter(2, 9) : {}) },
  );
  return { code, text };
}

t.test('seeds that pass: exit code 0, and a summary', async (t) => {
  const { code, text } = await run({ seed: '1', runs: '3', for: '2s', jobs: '2' });
  t.equal(code, 0);
  t.match(text, /^seeds from 1\n/);
  t.match(text, /^seeds {7}3, the first is 1; 0 failed$/m);
  t.match(text, /^time {8}.* virtual in .* times real time$/m);
  t.match(text, /^faults {6}\w+ \d+/m);
  t.match(text, /^operations {2}\d+ answered, \d+ unknown, \d+ certainly failed$/m);
  t.match(text, /^elections {3}\d+ terms with a leader; \d+ entries committed$/m);
});

t.test('a seed that fails: exit code 1, shrunk, with a command that replays it', async (t) => {
  const diagram = join(folder, 'failed.svg');
  const log = join(folder, 'failed.log');
  const { code, text } = await run({ seed: SEED, runs: '3', for: '3s', jobs: '1', diagram, log });
  t.equal(code, 1);
  t.match(text, /^FAILED {2}seed \d+ at \d+\.\d{3} s: Artificial Rule: p\d commits$/m);
  t.match(text, /^shrunk {2}faults \d+ to 2, 3 s to [\d.]+ s, clients \d to \d, in \d+ runs$/m);
  t.match(text, /^fault {3}2 \w+ at .*\nfault {3}9 \w+ at /m);
  t.match(text, `seeds       1, the first is ${SEED}; 1 failed`);
  const replay = /^replay {2}npx whitewater sim (.*)$/m.exec(text)?.[1] ?? '';
  t.match(replay, new RegExp(`^--seed ${SEED} --faults 2,9 --for \\d+ms .*--diagram seed-${SEED}\\.svg$`));
  t.match(readFileSync(diagram, 'utf8'), 'Artificial Rule');
  t.match(readFileSync(log, 'utf8'), / fault 9: /);

  // What it says, done: the same failure at the same time, and nothing shrunk.
  const flags = Object.fromEntries(
    [...replay.matchAll(/--(\w+) (\S+)/g)].map(([, name = '', value = '']): [string, string] => [name, value]),
  );
  const again = await run({ ...flags, diagram });
  t.equal(again.code, 1);
  const failed = /^FAILED .*$/m;
  t.equal(failed.exec(again.text)?.[0], failed.exec(text)?.[0]);
  t.notMatch(again.text, /^shrunk/m);
});

t.test('as JSON, and going on after a failure', async (t) => {
  const { code, text } = await run({
    seed: String(DEFECTIVE_SEED - 1),
    runs: '3',
    for: '3s',
    jobs: '2',
    json: 'true',
    keepGoing: 'true',
  });
  t.equal(code, 1);
  const summary = JSON.parse(text) as Record<string, unknown>;
  t.match(summary, {
    ...{ firstSeed: DEFECTIVE_SEED - 1, seeds: 3, passed: false, interrupted: false },
    failures: [{ seed: DEFECTIVE_SEED, kind: 'Artificial Rule', shrunken: { seed: DEFECTIVE_SEED, faults: [2, 9] } }],
  });
});

t.test('one run, told line by line', async (t) => {
  const { code, text } = await run({ seed: '5', for: '1s', verbose: 'true' });
  t.equal(code, 0);
  t.match(text, /^ +0\.0000 s {2}p1 +starts$/m);
  t.match(text, /^ +1\.0000 s {2}\* +all faults end$/m);
});

t.test('what its clients saw, in the words of Porcupine: read back, and judged by its model', async (t) => {
  const history = join(folder, 'history.txt');
  const { code, text } = await run({ seed: '42', history });
  t.equal(code, 0);
  const [, told, operations] = /^history {5}\S+: (\d+) of (\d+) operations, /m.exec(text) ?? [];
  const written = readFileSync(history, 'utf8');
  const read = readKeyValueLog(written);
  t.equal(read.length, Number(told));
  t.ok(read.length > 100 && read.length < Number(operations), `${read.length} of ${operations ?? '?'}`);
  t.equal(checkLinearizability(STRING_MODEL, read).type, 'linearizable');
  await run({ seed: '42', history });
  t.equal(readFileSync(history, 'utf8'), written, 'the same seed, the same history');

  const answers = written.split('\n').filter((line) => /:ok, :f :get, .* :value "[^"]+"/.test(line));
  const answer = answers[10] ?? '';
  const wrong = written.replace(answer, answer.replace(/:value ".*"/, ':value "nobody wrote it"'));
  t.equal(checkLinearizability(STRING_MODEL, readKeyValueLog(wrong)).type, 'illegal');
});

t.test('of several runs the history is that of the one that failed', async (t) => {
  const history = join(folder, 'failed.txt');
  const { code, text } = await run({ seed: SEED, runs: '2', for: '3s', jobs: '1', history });
  t.equal(code, 1);
  t.match(text, /^history {5}\S+failed\.txt: \d+ of \d+ operations/m);
  t.equal(String(readKeyValueLog(readFileSync(history, 'utf8')).length), /txt: (\d+) of/.exec(text)?.[1]);
});

t.test('a file that cannot be written', async (t) => {
  for (const name of ['log', 'diagram', 'history']) {
    const path = join(folder, 'nowhere', name);
    const failing = run({ seed: '5', for: '1s', [name]: path });
    await t.rejects(failing, { code: 'OUTPUT_FAILED', message: /ENOENT.*: name a file that can be written/ }, name);
  }
});

t.test('interrupted, it ends with what there is', async (t) => {
  const interrupted = new AbortController();
  const { code, text } = await run({ seed: '1000', minutes: '10', for: '2s' }, interrupted.signal, (text) => {
    if (text.startsWith('seeds from')) interrupted.abort();
  });
  t.equal(code, 130);
  t.match(text, /^seeds {7}\d+, the first is 1000; 0 failed; interrupted$/m);
});

t.test('what only one run has is refused of several', async (t) => {
  for (const flags of [
    { faults: '1,2' },
    { seed: '1', runs: '2', faults: '1' },
    { verbose: 'true' },
    { seed: '1', verbose: 'true', json: 'true' },
    { seed: '1', interval: '1s..2s' },
  ]) {
    await t.rejects(run(flags), { code: 'USAGE' }, JSON.stringify(flags));
  }
  for (const flags of [{ seed: 'x' }, { runs: '0' }, { faults: 'a' }, { interval: '2s..1s' }, { for: '2h' }]) {
    await t.rejects(run(flags), { code: 'USAGE' }, JSON.stringify(flags));
  }
});
