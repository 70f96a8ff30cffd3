import t from 'tap';
import { Chronicle } from '../../sim/chronicle/Chronicle.ts';
import { logLines } from '../../sim/chronicle/logLines.ts';
import { drawDiagram } from '../../sim/diagram/drawDiagram.ts';
import { flagsOf, operationsOf, spansOf } from '../../sim/diagram/lanes.ts';
import { escapeText } from '../../sim/diagram/svg.ts';
import { planOf } from '../../sim/runSeed.ts';
import { tryRun } from '../../sim/tryRun.ts';
import { defectAfter } from '../support/defect.ts';

const CUT_OFF = / p\d x p\d +AppendEntries: .* IS CUT OFF$/;
const FATES = ['delivered', 'lost', 'cut', 'nobody'] as const;
const FAULTS_MS = 12_000;
const { seed, chronicle, outcome } = await eventfulRun();
const OPTIONS = { seed, faultsMs: FAULTS_MS };

/** The first seed in which messages have ends of all kinds, and entries are among those that are cut off. */
async function eventfulRun() {
  for (let seed = 0; seed < 50; seed += 1) {
    const chronicle = new Chronicle();
    const outcome = await tryRun({ seed, faultsMs: FAULTS_MS }, chronicle.listeners);
    const fates = new Set(chronicle.messages.flatMap(({ ends }) => ends.map(({ fate }) => fate)));
    const isWhole = FATES.every((fate) => fates.has(fate)) && chronicle.messages.length > 1000;
    if (isWhole && [...logLines(chronicle)].some((line) => CUT_OFF.test(line))) return { seed, chronicle, outcome };
  }
  throw new Error('no seed of fifty has messages with all kinds of ends');
}

t.test('every message that was sent has its ends, or is under way', async (t) => {
  t.ok(outcome.passed);
  t.ok(chronicle.messages.length > 1000);
  const fates = new Map<string, number>();
  for (const { sentMs, ends, copies } of chronicle.messages) {
    if (ends.length > copies) t.fail('a copy ended twice');
    for (const { atMs, fate } of ends) {
      fates.set(fate, (fates.get(fate) ?? 0) + 1);
      if (atMs < sentMs) t.fail('a message arrived before it was sent');
    }
  }
  t.comment([...fates].map(([fate, count]) => `${fate} ${count}`).join(', '));
  for (const fate of FATES) t.ok((fates.get(fate) ?? 0) > 0, fate);
});

t.test('the log is in order, and has every sort of line', async (t) => {
  const lines = [...logLines(chronicle)];
  const times = lines.map((line) => Number(/^ *([\d.]+) s/.exec(line)?.[1]));
  t.ok(times.every((time, at) => time >= (times[at - 1] ?? 0)));
  const sorts = [
    /^ +\d+\.\d{4} s {2}p1 {12}starts$/,
    / p\d > p\d +(?:Pre|Request)Vote: term \d+, its log ends with \d+ of term \d+ \(after [\d.]+ ms/,
    CUT_OFF,
    / c\d\.1 +asks \d+: \{"type":/,
    / c\d\.1 +is told \d+: \{/,
    / \* {13}fault 1: /,
    / \* {13}all faults end$/,
    / p\d +becomes leader \(wonElection\)$/,
  ];
  for (const sort of sorts)
    t.ok(
      lines.some((line) => sort.test(line)),
      String(sort),
    );
});

t.test('lanes have no gaps: what a peer was, from the beginning to the end', async (t) => {
  for (const peer of chronicle.peers) {
    const spans = spansOf(peer, chronicle);
    t.equal(spans[0]?.fromMs, 0);
    t.equal(spans.at(-1)?.untilMs, chronicle.endMs);
    t.ok(spans.every(({ fromMs, untilMs }, at) => fromMs <= untilMs && fromMs === (spans[at - 1]?.untilMs ?? 0)));
  }
  const states = new Set(chronicle.peers.flatMap((peer) => spansOf(peer, chronicle).map(({ state }) => state)));
  for (const state of ['leader', 'follower', 'candidate'] as const) t.ok(states.has(state), state);
});

t.test('every fault of the plan has its flag, and every operation its bar', async (t) => {
  const flags = flagsOf(chronicle);
  for (const { number, kind, atMs } of planOf(OPTIONS)) {
    t.ok(flags.some((flag) => flag.label === `${number} ${kind}` && Math.abs(flag.atMs - atMs) < 1e-6));
  }
  const operations = operationsOf(chronicle);
  t.ok(operations.length > 10);
  t.ok(operations.some(({ isAnswered }) => isAnswered));
});

t.test('a diagram is well-formed, bounded, and shows the end of a run that failed', async (t) => {
  const failed = new Chronicle();
  const defective = await tryRun({ ...OPTIONS, clients: 1 }, { ...defectAfter(1, 4), ...failed.listeners });
  if (defective.passed) throw new Error('the defect was not seen');
  const { failure } = defective;
  const svg = drawDiagram(failed, { title: 'a <title> & "more"', failure });
  t.match(svg, 'a &lt;title&gt; &amp; &quot;more&quot;');
  t.match(svg, 'fails here');
  t.match(svg, 'Artificial Rule: p');
  checkWellFormed(t, svg);
  const whole = drawDiagram(chronicle, { title: 'all', interval: { fromMs: 0, untilMs: chronicle.endMs } });
  checkWellFormed(t, whole);
  t.match(whole, /\d+ messages are left out/);
  t.ok(whole.length < 3_000_000, `${whole.length} characters`);
  t.notMatch(whole, /NaN|Infinity|undefined/);
});

t.test('control characters do not spoil a document', async (t) => {
  t.equal(escapeText('a\u0000b\u001bc\nd'), 'a b c\nd');
});

/** Every element is closed by its own end, and every attribute is in quotes. */
function checkWellFormed(t: Tap, svg: string): void {
  const open: string[] = [];
  const body = svg.replace(/^<\?xml[^>]*\?>/, '');
  let at = 0;
  for (const match of body.matchAll(/<(\/?)([A-Za-z]+)((?: [A-Za-z0-9:-]+="[^"<]*")*)(\/?)>/g)) {
    if (/[<>]/.test(body.slice(at, match.index))) t.fail(`stray bracket near ${body.slice(at, match.index)}`);
    at = match.index + match[0].length;
    const [, isEnd, name = '', , isEmpty] = match;
    if (isEnd === '/') {
      if (open.pop() !== name) t.fail(`</${name}> ends another element`);
    } else if (isEmpty !== '/') open.push(name);
  }
  t.same(open, []);
}

type Tap = Pick<typeof t, 'fail' | 'same'>;
