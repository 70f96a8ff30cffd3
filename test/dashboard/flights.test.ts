import fc from 'fast-check';
import t from 'tap';
import type { FrameEnd, FrameSample, LiveFrames } from '../../shared/http/Frames.ts';
import { peerId } from '../../shared/ids.ts';
import {
  BURST_MS,
  FLIGHT_MS,
  type FlightPlace,
  Flights,
  FLIGHTS_MAX,
  HELD_SHARE,
} from '../../server/dashboard/src/model/frames/Flights.ts';
import { isDrawnAsDot } from '../../server/dashboard/src/model/frames/isDrawnAsDot.ts';
import { CALM_MS, LinkCounts } from '../../server/dashboard/src/model/frames/LinkCounts.ts';
import { kindOf } from '../../server/dashboard/src/model/frames/kinds.ts';

const [p1, p2] = [peerId('p1'), peerId('p2')] as const;

function sampleOf(seq: number, changes: Partial<FrameSample> = {}): FrameSample {
  const facts = { seq, timeMs: 1000, type: 'AppendEntries', from: p1, to: p2, id: seq, bytes: 100 } as const;
  return { ...facts, fate: 'delivered', gist: { entries: 0, term: 1 }, ...changes };
}

function newsOf(frames: FrameSample[], ends: FrameEnd[] = [], changes: Partial<LiveFrames> = {}): LiveFrames {
  return { type: 'frames', timeMs: 1100, isWhole: false, frames, ends, crowded: [], queues: [], ...changes };
}

/** Every copy that is to be seen at a time. */
function seenAt(flights: Flights, atMs: number): (FlightPlace & { readonly seq: number; readonly copy: number })[] {
  const found: (FlightPlace & { readonly seq: number; readonly copy: number })[] = [];
  for (let slot = 0; slot < FLIGHTS_MAX; slot += 1) {
    const place: FlightPlace = { share: 0, mark: 'flying', sinceMs: 0 };
    const sample = flights.sample(slot);
    if (sample !== null && flights.place(slot, atMs, place)) {
      found.push({ ...place, seq: sample.seq, copy: flights.copy(slot) });
    }
  }
  return found;
}

const near = (share: number | undefined, expected: number): boolean => Math.abs((share ?? NaN) - expected) < 1e-9;

t.test('delivered at once: flies from its sender, and is gone', async (t) => {
  const flights = new Flights();
  flights.add(newsOf([sampleOf(1)]));
  t.strictSame(seenAt(flights, 999), [], 'not before it was sent');
  t.match(seenAt(flights, 1000), [{ mark: 'flying', share: 0 }]);
  t.match(seenAt(flights, 1000 + FLIGHT_MS / 2), [{ mark: 'flying', share: 0.5 }]);
  t.strictSame(seenAt(flights, 1000 + FLIGHT_MS), []);
});

t.test('dropped: bursts in the middle, or at its sender when nobody is there', async (t) => {
  const flights = new Flights();
  flights.add(newsOf([sampleOf(1, { fate: 'dropped', cause: 'partition' })]));
  t.match(seenAt(flights, 1000 + FLIGHT_MS / 4), [{ mark: 'flying', share: 0.25 }]);
  t.match(seenAt(flights, 1000 + FLIGHT_MS), [{ mark: 'burst', share: 0.5, sinceMs: FLIGHT_MS / 2 }]);
  t.strictSame(seenAt(flights, 1000 + FLIGHT_MS / 2 + BURST_MS), []);
  flights.clear();
  flights.add(newsOf([sampleOf(2, { fate: 'dropped', cause: 'absent' })]));
  const [absent] = seenAt(flights, 1000 + FLIGHT_MS);
  t.equal(absent?.mark, 'burst');
  t.ok((absent?.share ?? 1) < 0.1);
});

t.test('delayed: where the relay has it, by the share of its delay that is over', async (t) => {
  const flights = new Flights();
  flights.add(newsOf([sampleOf(1, { fate: 'planned', delaysMs: [4000] })]));
  t.match(seenAt(flights, 2000), [{ mark: 'delayed', share: 0.25 }]);
  t.match(seenAt(flights, 4000), [{ mark: 'delayed', share: 0.75 }]);
  flights.add(newsOf([], [{ seq: 1, copy: 0, timeMs: 5010 }]));
  t.ok(near(seenAt(flights, 5000)[0]?.share, 4000 / 4010), 'it arrives when it arrived');
  t.strictSame(seenAt(flights, 5010), []);
});

t.test('delayed and lost on the way: bursts where it was', async (t) => {
  const flights = new Flights();
  flights.add(newsOf([sampleOf(1, { fate: 'planned', delaysMs: [4000] })]));
  flights.add(newsOf([], [{ seq: 1, copy: 0, timeMs: 3000, cause: 'removed' }]));
  t.match(seenAt(flights, 2999), [{ mark: 'delayed' }]);
  t.match(seenAt(flights, 3100), [{ mark: 'burst', share: 0.5, sinceMs: 100 }]);
  t.strictSame(seenAt(flights, 3000 + BURST_MS), []);
});

t.test('held: stands, however long, until it is let go or lost', async (t) => {
  const flights = new Flights();
  flights.add(newsOf([1, 2].map((seq) => sampleOf(seq, { fate: 'planned', delaysMs: [null] }))));
  for (const atMs of [2000, 60_000, 600_000]) {
    t.match(seenAt(flights, atMs), [
      { mark: 'held', share: HELD_SHARE },
      { mark: 'held', share: HELD_SHARE },
    ]);
  }
  const ends: FrameEnd[] = [
    { seq: 1, copy: 0, timeMs: 600_000 },
    { seq: 2, copy: 0, timeMs: 600_000, cause: 'removed' },
  ];
  flights.add(newsOf([], ends));
  const [released, lost] = seenAt(flights, 600_100);
  t.equal(released?.mark, 'flying');
  t.ok((released?.share ?? 0) > HELD_SHARE);
  t.match(lost, { mark: 'burst', share: HELD_SHARE });
  t.strictSame(seenAt(flights, 601_000), []);
});

t.test('duplicated: each copy has its own way and its own end', async (t) => {
  const flights = new Flights();
  flights.add(newsOf([sampleOf(1, { fate: 'planned', delaysMs: [0, 2000] })]));
  t.match(seenAt(flights, 1100), [
    { copy: 0, mark: 'flying' },
    { copy: 1, mark: 'delayed' },
  ]);
  flights.add(newsOf([], [{ seq: 1, copy: 0, timeMs: 1000 }]));
  t.match(seenAt(flights, 2000), [{ copy: 1, mark: 'delayed', share: 0.5 }]);
});

t.test('told twice, a frame keeps the end that is known; a whole account forgets what no longer waits', async (t) => {
  const flights = new Flights();
  const waiting = sampleOf(1, { fate: 'planned', delaysMs: [4000] });
  flights.addSeen([{ sample: waiting, ends: [{ seq: 1, copy: 0, timeMs: 2000 }] }]);
  flights.add(newsOf([waiting]));
  t.match(seenAt(flights, 1500), [{ share: 0.5 }]);
  const held = (seq: number) => sampleOf(seq, { fate: 'planned', delaysMs: [null] });
  flights.add(newsOf([held(5), held(6)]));
  flights.add(newsOf([held(6)], [], { isWhole: true }));
  t.strictSame(
    seenAt(flights, 9000).map(({ seq }) => seq),
    [6],
  );
});

t.test('bounded: of more frames the oldest go, those that wait last; places are always on the chord', async () => {
  const fates = fc.constantFrom<Partial<FrameSample>>(
    { fate: 'delivered' },
    { fate: 'dropped', cause: 'loss' },
    { fate: 'planned', delaysMs: [300] },
    { fate: 'planned', delaysMs: [0, 50] },
  );
  fc.assert(
    fc.property(fc.array(fates, { maxLength: 50 }), fc.integer({ min: 0, max: 5000 }), (changes, atMs) => {
      const flights = new Flights();
      flights.add(newsOf([sampleOf(0, { fate: 'planned', delaysMs: [null] })]));
      for (let seq = 1; seq <= FLIGHTS_MAX + 500; seq += 1) {
        flights.add(newsOf([sampleOf(seq, changes[seq % Math.max(1, changes.length)] ?? {})]));
      }
      const seen = seenAt(flights, atMs);
      const isFound = flights.find(FLIGHTS_MAX + 500) !== null;
      return isFound && seen.every(({ share }) => share >= 0 && share <= 1) && seen.length <= FLIGHTS_MAX;
    }),
    { numRuns: 20 },
  );
  const flights = new Flights();
  flights.add(newsOf([sampleOf(0, { fate: 'planned', delaysMs: [null] })]));
  for (let seq = 1; seq <= 3 * FLIGHTS_MAX; seq += 1) flights.add(newsOf([sampleOf(seq)]));
  t.ok(flights.find(0), 'the held one is still there');
  t.notOk(flights.find(1));
});

t.test('a link with more than 50 a second is crowded until it was calm for two seconds', async (t) => {
  const counts = new LinkCounts();
  const tell = (timeMs: number, perTick: number, told: FrameSample[] = []): void => {
    const crowded = perTick === 0 ? [] : [{ from: p1, to: p2, counts: { AppendEntries: perTick } }];
    counts.add({ timeMs, frames: told, crowded });
  };
  for (let tick = 0; tick < 10; tick += 1) tell(tick * 100, 5);
  t.match(counts.get(p1, p2), { allPerSecond: 50, isCrowded: false }, 'exactly fifty are dots');
  for (let tick = 10; tick < 20; tick += 1) tell(tick * 100, 12);
  t.match(counts.get(p1, p2), { allPerSecond: 120, isCrowded: true });
  t.equal(counts.get(p2, p1), null, 'the other direction is another link');
  t.equal(isDrawnAsDot(sampleOf(1), counts), false);
  t.equal(isDrawnAsDot(sampleOf(1, { type: 'RequestVote' }), counts), true, 'votes never hide');
  t.equal(isDrawnAsDot(sampleOf(1, { from: p2, to: p1 }), counts), true);
  // It grows calm only once the busy second is out of the window.
  counts.settle(2900);
  t.equal(counts.get(p1, p2)?.isCrowded, true);
  counts.settle(2900 + CALM_MS - 100);
  t.equal(counts.get(p1, p2)?.isCrowded, true, 'not yet');
  counts.settle(2900 + CALM_MS + 100);
  t.equal(counts.get(p1, p2)?.isCrowded ?? false, false);
});

t.test('rates are by kind: of appends, as many heartbeats as among those that were told', async (t) => {
  const counts = new LinkCounts();
  const told = [sampleOf(1), sampleOf(2, { gist: { entries: 3 } }), sampleOf(3, { gist: { entries: 1 } })];
  counts.add({
    timeMs: 1000,
    frames: told,
    crowded: [{ from: p1, to: p2, counts: { AppendEntries: 90, PreVote: 2 } }],
  });
  const { perSecond } = counts.get(p1, p2) ?? {};
  t.match(perSecond, { heartbeat: 30, entries: 60, vote: 2 });
});

t.test('kinds: a heartbeat brings nothing, an answer that says no concerns entries', async (t) => {
  t.equal(kindOf(sampleOf(1)), 'heartbeat');
  t.equal(kindOf(sampleOf(1, { gist: { entries: 2 } })), 'entries');
  t.equal(kindOf(sampleOf(1, { type: 'AppendEntriesReply', gist: { yes: false } })), 'entries');
  t.equal(kindOf(sampleOf(1, { type: 'AppendEntriesReply', gist: { yes: true } })), 'heartbeat');
  t.equal(kindOf(sampleOf(1, { type: 'PreVoteReply' })), 'vote');
  t.equal(kindOf(sampleOf(1, { type: 'Gossip' })), 'other');
});
