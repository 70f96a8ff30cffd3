import { signal } from '@preact/signals';
import fc from 'fast-check';
import t from 'tap';
import type { Mark } from '../../server/dashboard/src/model/history/Marks.ts';
import { makeHistory } from '../../server/dashboard/src/state/makeHistory.ts';
import { FRAME_KINDS } from '../../server/dashboard/src/model/frames/kinds.ts';
import { KeptMarks } from '../../server/dashboard/src/model/history/KeptMarks.ts';
import { CALLS_A_SECOND_MAX, markCalls } from '../../server/dashboard/src/model/time/markCalls.ts';
import { markLasting } from '../../server/dashboard/src/model/time/markLasting.ts';
import { coneOf } from '../../server/dashboard/src/model/time/cone.ts';
import { lineAt, lineShapes, plotOf, timeOf, xOf } from '../../server/dashboard/src/model/time/diagram.ts';
import { countOf, laneShapes } from '../../server/dashboard/src/model/time/laneShapes.ts';
import { lanesOf, marksAt } from '../../server/dashboard/src/model/time/lanes.ts';
import { framesThroughout, type Line, LINES_MAX, spaceTime } from '../../server/dashboard/src/model/time/spaceTime.ts';
import {
  moved,
  spanOf,
  tickText,
  ticksOf,
  TICKS_MAX,
  WHOLE,
  zoomedAt,
} from '../../server/dashboard/src/model/time/window.ts';
import { clockText } from '../../server/dashboard/src/model/words.ts';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SafetyView } from '../../shared/http/Safety.ts';
import { SAFETY_RULES } from '../../shared/http/Safety.ts';
import { peerId, type PeerId } from '../../shared/ids.ts';
import { STROKES } from '../../sim/diagram/look.ts';
import { ROOT } from '../support/root.ts';
import { FEED_FROM_MS, recordedFeed } from './support/feeds.ts';
import { followerStatus, IDS, leaderStatus } from './support/statuses.ts';
import { deltaOf, pictureOf, snapshotOf, viewOf } from './support/views.ts';

const [P1, P2, P3, P4] = IDS as readonly [PeerId, PeerId, PeerId, PeerId];

function recorded(seconds = 12) {
  const history = makeHistory();
  for (const { message, receivedAtMs } of recordedFeed({ seconds })) history.add(message, receivedAtMs);
  return history;
}

/** Stretches of a name, as "kind from-until", in tenths of a second of the feed. */
function stretches(marks: readonly Mark[], peer: PeerId | null, lane: Mark['lane']): string[] {
  const at = (ms: number): string => (ms === Infinity ? '' : Math.abs((ms - FEED_FROM_MS) / 1000).toFixed(1));
  return marks
    .filter((mark) => mark.lane === lane && mark.peer === peer && mark.untilMs !== null)
    .map(({ kind, term, atMs, untilMs }) => `${kind}${term == null ? '' : ` ${term}`} ${at(atMs)}-${at(untilMs ?? 0)}`);
}

t.test('what each peer was is one stretch after the other, from status to status', async (t) => {
  const marks = recorded().marks.in(-Infinity, Infinity);
  const p3 = stretches(marks, P3, 'peer');
  t.match(p3, ['follower 3 0.0-4.5', 'candidate 4 4.5-5.0', 'leader 4 5.0-']);
  t.equal(p3.length, 3);
  const p1 = stretches(marks, P1, 'peer');
  t.match(p1[0], /^leader 3 0\.0-4\.5$/);
  t.match(p1[1], /^hollow 3 4\.5-8\.0$/, 'it believes that it leads, and can commit nothing');
  t.match(p1[2], /^follower 4 8\.0-$/);
  t.strictSame(stretches(marks, null, 'faults'), ['partitioned 4.0-8.0', 'rule 4.0-', 'rule 4.0-']);
});

t.test('a peer that goes away, one that is removed, a client, a profile, nobody leads', async (t) => {
  const marks = new KeptMarks(signal(0));
  const watch = markLasting(marks);
  const views = [viewOf(P1, leaderStatus(2)), viewOf(P2, followerStatus(2, P1))];
  const first = snapshotOf(views, { leader: P1, term: 2 });
  const then = deltaOf({
    ...{ timeMs: first.timeMs + 1000, leader: null, term: 2 },
    peers: [viewOf(P1, null, { connected: false }), viewOf(peerId('c1'), null, { kind: 'client' })],
    faults: { epoch: 1, seed: 's', profile: 'wan', rules: [] },
  });
  const before = pictureOf(first);
  watch(first, before, null);
  watch(then, pictureOf(first, then), before);
  const kinds = marks
    .in(-Infinity, Infinity)
    .map(({ kind, lane, untilMs }) => `${lane} ${kind} ${untilMs === Infinity}`);
  t.strictSame(kinds.sort(), [
    'checks leaderless true',
    'clients connected true',
    'faults profile true',
    'peer away true',
    'peer follower true',
    'peer leader false',
  ]);
  const back = { ...first, timeMs: first.timeMs + 60_000 };
  watch(back, pictureOf(back), pictureOf(first, then));
  const away = marks.in(-Infinity, Infinity).find(({ kind }) => kind === 'away');
  t.equal(away?.untilMs, then.timeMs, 'nobody told what was while the feed was away');
});

t.test('the judgement is a stretch: good while all hold, bad with the name of what is broken', async (t) => {
  const marks = new KeptMarks(signal(0));
  const watch = markLasting(marks);
  const holding: SafetyView = {
    sinceMs: 0,
    statuses: 1,
    checks: SAFETY_RULES.map((rule) => ({ rule, state: 'holds' })),
  };
  const first = snapshotOf([viewOf(P1, leaderStatus(1))], { leader: P1, safety: holding });
  const offence = { timeMs: first.timeMs + 90, text: 'p1 and p2 lead term 1', peers: [P1, P2], seq: null };
  const broken = deltaOf({
    leader: P1,
    safety: {
      ...holding,
      checks: holding.checks.map((check) =>
        check.rule === 'electionSafety' ? { ...check, state: 'broken', first: offence } : check,
      ),
    },
  });
  watch(first, pictureOf(first), null);
  watch(broken, pictureOf(first, broken), pictureOf(first));
  t.match(
    marks.in(-Infinity, Infinity).filter(({ lane }) => lane === 'checks'),
    [
      { kind: 'holds', tone: 'good', text: '8 of 8 rules are judged, and hold', untilMs: broken.timeMs },
      { kind: 'broken', tone: 'bad', text: 'broken: Election Safety. p1 and p2 lead term 1', untilMs: Infinity },
    ],
  );
});

t.test('what clients ask are moments, and a busy one leaves room for others', async (t) => {
  const marks = new KeptMarks(signal(0));
  const watch = markCalls(marks);
  const picture = pictureOf(snapshotOf([]));
  const http = peerId('http');
  const frames = Array.from({ length: 50 }, (_, at) => ({
    ...{ seq: at, id: at, timeMs: FEED_FROM_MS + at * 40, bytes: 90, fate: 'delivered' as const },
    ...(at % 2 === 0 ? { type: 'ClientRequest', from: http, to: P1 } : { type: 'ClientReply', from: P1, to: http }),
  }));
  const message = {
    ...{ type: 'frames' as const, timeMs: FEED_FROM_MS, isWhole: false },
    frames,
    ends: [],
    crowded: [],
    queues: [],
  };
  watch(message, picture, picture);
  const noted = marks.in(-Infinity, Infinity);
  t.equal(noted.length, 2 * CALLS_A_SECOND_MAX, 'two seconds');
  t.match(noted.slice(0, 2), [
    { kind: 'asked', peer: http, text: 'http asks p1' },
    { kind: 'answered', peer: http, text: 'p1 answers http' },
  ]);
});

t.test('lanes: a row a peer, others as many rows as overlap; words of a moment', async (t) => {
  const marks = recorded().marks.in(-Infinity, Infinity);
  const lanes = lanesOf(marks, IDS);
  t.strictSame(
    lanes.map(({ title, rows }) => `${title} ${rows.length}`),
    ['p1 1', 'p2 1', 'p3 1', 'p4 1', 'p5 1', 'faults 3', 'clients 1', 'checks 1'],
  );
  const lane = lanes.find(({ id }) => id === P3);
  if (lane === undefined) throw new Error('p3 has a lane');
  t.strictSame(
    marksAt(lane, FEED_FROM_MS + 4700, 250).map(({ text }) => text),
    ['p3 stands for election in term 4'],
  );
  t.strictSame(
    lane.signs.map(({ kind }) => kind),
    [],
    'what a stretch tells is no sign besides',
  );
  const everything = laneShapes(lanes, { fromMs: FEED_FROM_MS, untilMs: FEED_FROM_MS + 12_000 }, 1200);
  const led = everything.bars.filter(({ look }) => look === 'leader' || look === 'hollow');
  t.match(led, [
    { look: 'leader', term: 2, text: 'leader, term 3' },
    { look: 'hollow', term: 2, text: 'leader, term 3' },
    { look: 'leader', term: 3, text: 'leader, term 4' },
  ]);
  t.ok(Math.abs((led[2]?.x ?? 0) - 500) < 2, 'from 5 s of 12 on');
  const late = laneShapes(lanes, { fromMs: FEED_FROM_MS + 9000, untilMs: FEED_FROM_MS + 10_000 }, 1200);
  t.equal(late.bars.filter(({ look }) => look === 'candidate').length, 0, 'only what is seen');
});

t.test('twenty thousand marks draw as many things as there is room for', async (t) => {
  const storm: Mark[] = Array.from({ length: 20_000 }, (_, at) => ({
    ...{ atMs: at * 30, untilMs: at % 2 === 0 ? at * 30 + 30 : null, lane: 'peer', peer: IDS[at % 5] ?? P1 },
    ...{ kind: at % 2 === 0 ? 'candidate' : 'signing', text: '', tone: 'plain' },
  }));
  const drawn = countOf(laneShapes(lanesOf(storm, IDS), { fromMs: 0, untilMs: 600_000 }, 1200));
  t.ok(drawn > 500 && drawn < 5 * (1200 / 1.5 + 1200 / 7), `${drawn} things`);
});

t.test('property: a scale of any length and width has few ticks, evenly apart, that all read otherwise', async (t) => {
  const scale = fc.record({
    fromMs: fc.integer({ min: 0, max: 2 ** 42 }),
    lengthMs: fc.double({ min: 0, max: 52, noNaN: true }).map((exponent) => 2 ** exponent),
    widthPx: fc.integer({ min: 1, max: 8000 }),
  });
  fc.assert(
    fc.property(scale, ({ fromMs, lengthMs, widthPx }) => {
      const untilMs = fromMs + lengthMs;
      const { atMs, stepMs } = ticksOf({ fromMs, untilMs }, widthPx, 90);
      const texts = atMs.map((time) => tickText(time, stepMs, clockText));
      return (
        atMs.length <= TICKS_MAX &&
        stepMs >= (lengthMs / widthPx) * 90 * 0.999 &&
        atMs.every((time, at) => time >= fromMs && time <= untilMs && time === (atMs[0] ?? 0) + at * stepMs) &&
        // An hour comes twice where clocks are set back for the winter.
        (stepMs === 3_600_000 || new Set(texts).size === texts.length)
      );
    }),
  );
  const monthMs = 30 * 86_400_000;
  const { stepMs, atMs } = ticksOf({ fromMs: FEED_FROM_MS, untilMs: FEED_FROM_MS + monthMs }, 900, 90);
  t.equal(stepMs, 5 * 86_400_000);
  t.match(tickText(atMs[0] ?? 0, stepMs, clockText), /^11-\d\d \d\d:\d\d$/);
  t.match(tickText(FEED_FROM_MS, 365 * 86_400_000, clockText), /^2023-11-1\d$/);
  const forged = ticksOf({ fromMs: 0, untilMs: 2 ** 53 }, 900, 90);
  t.ok(forged.atMs.length <= TICKS_MAX);
  t.notMatch(forged.atMs.map((time) => tickText(time, forged.stepMs, clockText)).join(), /NaN/);
  t.match(tickText(FEED_FROM_MS, 60_000, clockText), /^\d\d:\d\d:20$/);
});

t.test('property: what is seen stays within what is kept, and zooming keeps what is under the pointer', async (t) => {
  const span = fc.record({
    wholeMs: fc.integer({ min: 1000, max: 600_000 }),
    share: fc.double({ min: 0, max: 1, noNaN: true }),
    factor: fc.double({ min: 0.1, max: 20, noNaN: true }),
    byMs: fc.integer({ min: -600_000, max: 600_000 }),
    shown: fc.double({ min: 0, max: 1, noNaN: true }),
  });
  fc.assert(
    fc.property(span, ({ wholeMs, share, factor, byMs, shown }) => {
      const extent = { fromMs: 5000, untilMs: 5000 + wholeMs };
      const shownMs = 5000 + shown * wholeMs;
      const whole = spanOf(WHOLE, extent, shownMs, false);
      const sight = zoomedAt(whole, extent, factor, share);
      const zoomed = spanOf(sight, extent, shownMs, false);
      const at = (of: { fromMs: number; untilMs: number }): number => of.fromMs + share * (of.untilMs - of.fromMs);
      const isFree = zoomed.fromMs > extent.fromMs && zoomed.untilMs < extent.untilMs;
      const shifted = spanOf(moved(zoomed, extent, byMs), extent, shownMs, false);
      const isWithin = (of: { fromMs: number; untilMs: number }): boolean =>
        of.fromMs >= extent.fromMs && of.untilMs <= extent.untilMs + 0.001;
      const { atMs } = ticksOf(zoomed, 1000, 100);
      return (
        isWithin(zoomed) &&
        isWithin(shifted) &&
        (!isFree || Math.abs(at(zoomed) - at(whole)) < 1) &&
        atMs.length <= 12 &&
        atMs.every((time) => time >= zoomed.fromMs && time <= zoomed.untilMs)
      );
    }),
  );
  const { untilMs } = spanOf({ lengthMs: 2000, fromMs: null }, { fromMs: 0, untilMs: 9000 }, 8800, true);
  t.equal(untilMs, 8800, 'live it follows the time that is drawn');
});

t.test('a stretch: what was under way in it, also what was sent before', async (t) => {
  const history = recorded();
  const span = { fromMs: FEED_FROM_MS + 4400, untilMs: FEED_FROM_MS + 4600 };
  const found = spaceTime(await framesThroughout(history, span), span);
  const of = (type: (line: Line) => boolean): Line[] => found.lines.filter(type);
  t.equal(found.left, 0);
  t.equal(of(({ kind, from }) => kind === 'vote' && from === P3).length, 4);
  t.equal(of(({ fate, kind }) => fate === 'lost' && kind === 'vote').length, 2);
  const slow = of(({ from, isDelayed, isHeld }) => from === P4 && isDelayed && !isHeld);
  t.ok(
    slow.some(({ sentMs }) => sentMs < span.fromMs),
    'it waited when the stretch began',
  );
  t.match(
    of(({ isHeld }) => isHeld),
    [{ from: 'p5', to: 'p4', fate: 'arrived', endMs: FEED_FROM_MS + 9000 }],
    'one that is held all the while',
  );
  const empty = spaceTime(await framesThroughout(history, { fromMs: 0, untilMs: 10 }), { fromMs: 0, untilMs: 10 });
  t.strictSame(empty.lines, []);
});

t.test('a stretch with more than anybody can tell apart: heartbeats go first, and it says how many', async (t) => {
  const history = makeHistory();
  for (const { message, receivedAtMs } of recordedFeed({ seconds: 10, framesATick: 60 }))
    history.add(message, receivedAtMs);
  const span = { fromMs: FEED_FROM_MS, untilMs: FEED_FROM_MS + 9900 };
  const found = spaceTime(await framesThroughout(history, span), span);
  t.ok(found.lines.length <= LINES_MAX);
  t.ok(found.lines.every(({ kind }) => kind !== 'heartbeat'));
  t.equal(found.lines.filter(({ kind, from }) => kind === 'vote' && from === P3).length, 4);
  t.ok(found.left > 4000, `${found.left} are left out, more than one answer of the history has`);
});

t.test('in the diagram each frame is found again by a point on it', async (t) => {
  const history = recorded();
  const span = { fromMs: FEED_FROM_MS + 4400, untilMs: FEED_FROM_MS + 4600 };
  const found = spaceTime(await framesThroughout(history, span), span);
  const plot = plotOf(found, IDS, 1000);
  const shapes = lineShapes(found, plot);
  t.equal(shapes.length, found.lines.length);
  t.ok(Math.abs(timeOf(plot, xOf(plot, span.fromMs + 50)) - span.fromMs - 50) < 1e-3);
  for (const { x1, y1, x2, y2 } of shapes) {
    const line = lineAt(shapes, (x1 + x2) / 2, (y1 + y2) / 2, 3);
    const hit = shapes.filter(({ line: other }) => other === line);
    t.ok(hit.length === 1, 'something is there');
  }
  t.equal(lineAt(shapes, 5, 5, 3), null);
  const vote = shapes.find(({ line }) => line.from === P3 && line.to === P4);
  t.match(vote, { end: 'arrow', line: { kind: 'vote' } });
  t.equal(lineAt(shapes, vote?.x2 ?? 0, vote?.y2 ?? 0, 3)?.seq, vote?.line.seq);
});

function lineOf(seq: number, from: PeerId, to: PeerId, sentMs: number, endMs: number | null = sentMs): Line {
  const fate = endMs === null ? 'waits' : 'arrived';
  return {
    ...{ seq, copy: 0, from, to, sentMs, endMs, fate },
    isDelayed: endMs !== sentMs,
    isHeld: false,
    kind: 'entries',
    isReply: false,
  };
}

t.test('what may have caused a frame, and what it may have caused', async (t) => {
  const lines = [
    lineOf(1, P1, P2, 10, 30),
    lineOf(2, P2, P3, 20),
    lineOf(3, P2, P3, 40),
    lineOf(4, P3, P1, 50, 70),
    lineOf(5, P1, P4, 60),
    lineOf(6, P1, P4, 80),
    lineOf(7, P3, P4, 45, null),
  ];
  const cone = coneOf(lines, 3);
  t.strictSame([...(cone?.before ?? [])], [1], 'what came to its sender before; not what that had sent before');
  t.strictSame([...(cone?.after ?? [])], [7, 4, 6], 'along frames that arrived, and what waits was caused too');
  t.equal(cone?.beforeUntilMs.get(P2), 40);
  t.equal(cone?.afterFromMs.get(P1), 70);
  t.equal(cone?.afterFromMs.get(P4), 80);
  t.equal(coneOf(lines, 99), null);
});

t.test('property: both are what one gets by going from frame to frame', async () => {
  const random = fc.array(
    fc.record({
      from: fc.constantFrom(...IDS),
      to: fc.constantFrom(...IDS),
      sentMs: fc.integer({ min: 0, max: 60 }),
      delayMs: fc.option(fc.integer({ min: 0, max: 30 }), { nil: null }),
    }),
    { minLength: 1, maxLength: 40 },
  );
  fc.assert(
    fc.property(random, fc.nat(), (made, which) => {
      const lines = made
        .sort((a, b) => a.sentMs - b.sentMs)
        .map(({ from, to, sentMs, delayMs }, seq) =>
          lineOf(seq, from, to, sentMs, delayMs === null ? null : sentMs + delayMs),
        );
      const seq = which % lines.length;
      /** One arrives where the other is sent from, and before it is. */
      const leads = (one: Line, other: Line): boolean =>
        one.fate === 'arrived' &&
        one.to === other.from &&
        one.seq !== other.seq &&
        ((one.endMs ?? 0) < other.sentMs || (one.endMs === other.sentMs && one.seq < other.seq));
      const reached = (next: (line: Line) => Line[]): number[] => {
        const seen = new Set<number>([seq]);
        const todo = lines.filter((line) => line.seq === seq);
        for (let line = todo.pop(); line !== undefined; line = todo.pop()) {
          for (const other of next(line)) {
            if (!seen.has(other.seq)) todo.push(other);
            seen.add(other.seq);
          }
        }
        seen.delete(seq);
        return [...seen].sort((a, b) => a - b);
      };
      const cone = coneOf(lines, seq);
      const told = (seqs: ReadonlySet<number> | undefined): string => [...(seqs ?? [])].sort((a, b) => a - b).join();
      return (
        told(cone?.before) === reached((line) => lines.filter((other) => leads(other, line))).join() &&
        told(cone?.after) === reached((line) => lines.filter((other) => leads(line, other))).join()
      );
    }),
    { numRuns: 500 },
  );
});

t.test('kinds, colours, widths and dashes are those of the simulator’s diagrams', async (t) => {
  const css = ['lanes.css', 'flights.css']
    .map((name) => readFileSync(join(ROOT, 'server/dashboard/src/styles', name), 'utf8'))
    .join('\n');
  const strokes: Readonly<Record<string, { colour: string; width: number; dashes?: string }>> = STROKES;
  t.strictSame(Object.keys(strokes).sort(), [...FRAME_KINDS].sort());
  for (const kind of FRAME_KINDS) {
    const stroke = strokes[kind];
    const colour = new RegExp(`--frame-${kind}: (#[0-9a-f]{6})`).exec(css)?.[1];
    // A heartbeat's grey is darker here, so that it reaches 3:1 as a dot too.
    if (kind !== 'heartbeat') t.equal(colour, stroke?.colour, kind);
    const own = [...css.matchAll(new RegExp(`\\.diagram-line\\[data-kind='${kind}'\\][^}]*}`, 'g'))]
      .map(([rule]) => rule)
      .join();
    const width = Number(/stroke-width: ([\d.]+)/.exec(own)?.[1] ?? 1.2);
    t.equal(width, stroke?.width, `${kind}: width`);
    t.equal(/stroke-dasharray: ([\d ]+);/.exec(own)?.[1], stroke?.dashes, `${kind}: dashes`);
  }
});
