import fc from 'fast-check';
import t from 'tap';
import { damaged, type Damage } from '../../server/faults/damage.ts';
import { judge } from '../../server/faults/judge.ts';
import { encodeFrame } from '../../shared/envelope.ts';
import { peerId } from '../../shared/ids.ts';
import { deviations, EVERYBODY, fatesOf, faultsOf, link, timeOf } from './stage.ts';

t.test('loss in bursts: their lengths and the share of what is lost', async (t) => {
  const count = 200_000;
  const drop = { goodToBad: 0.02, badToGood: 0.25 };
  const fates = fatesOf(link(), faultsOf({ it: { ...EVERYBODY, drop } }), count);
  const bursts: number[] = [];
  let length = 0;
  for (const { type } of fates) {
    if (type === 'dropped') length += 1;
    else if (length > 0) {
      bursts.push(length);
      length = 0;
    }
  }
  const lost = fates.filter(({ type }) => type === 'dropped').length / count;
  const expected = 0.02 / (0.02 + 0.25);
  t.ok(Math.abs(lost - expected) < 0.005, `${lost} lost, for ${expected}`);
  const meanLength = bursts.reduce((sum, one) => sum + one, 0) / bursts.length;
  t.ok(Math.abs(meanLength - 4) < 0.2, `bursts of ${meanLength}, for 1 / 0.25`);
  const single = bursts.filter((one) => one === 1).length;
  t.ok(deviations(single, bursts.length, 0.25) < 4.5, 'lengths are geometric: a quarter of them is 1');
  const atLeastFive = bursts.filter((one) => one >= 5).length;
  t.ok(deviations(atLeastFive, bursts.length, 0.75 ** 4) < 4.5);
});

t.test('loss in bursts: both states may lose a share', async (t) => {
  const drop = { goodToBad: 0.1, badToGood: 0.1, lossGood: 0.05, lossBad: 0.5 };
  const fates = fatesOf(link(), faultsOf({ it: { ...EVERYBODY, drop } }), 200_000);
  const lost = fates.filter(({ type }) => type === 'dropped').length / 200_000;
  t.ok(Math.abs(lost - 0.275) < 0.01, `${lost} lost, for (0.05 + 0.5) / 2`);
  const never = faultsOf({ it: { ...EVERYBODY, drop: { goodToBad: 0, badToGood: 1 } } });
  t.ok(
    fatesOf(link(), never, 1000).every(({ type }) => type === 'delivered'),
    'the link begins good',
  );
});

t.test('bandwidth: exact to the byte, however long it goes on', async (t) => {
  const on = link();
  const faults = faultsOf({ narrow: { ...EVERYBODY, rate: { bytesPerSecond: 3000, queueBytesMax: 1_000_000 } } });
  let bytes = 0;
  for (let frame = 1; frame <= 10_000; frame += 1) {
    const size = 1 + ((frame * 37) % 50);
    bytes += size;
    const atMs = timeOf(judge(on, 'PreVote', size, faults, 0), 0);
    if (atMs !== bytes / 3) t.equal(atMs, bytes / 3, `frame ${frame}`);
  }
  t.equal(on.lastAtMs, bytes / 3);
  const later = bytes / 3 + 500;
  t.equal(timeOf(judge(on, 'PreVote', 30, faults, later), later), later + 10, 'after a pause it begins anew');
  t.equal(timeOf(judge(on, 'PreVote', 30, faults, later + 4), later + 4), later + 20, 'and waits for the one before');
});

t.test('bandwidth: what would wait behind too much is dropped', async (t) => {
  const on = link();
  const rate = { bytesPerSecond: 1000, queueBytesMax: 200 };
  const faults = faultsOf({ narrow: { ...EVERYBODY, rate } });
  const fates = [0, 0, 0, 0, 1].map((nowMs) => judge(on, 'PreVote', 100, faults, nowMs));
  // 0, 100 and 200 bytes wait in front of the first three; 300 of the fourth; 299 of the fifth.
  t.same(
    fates.map((fate) => (fate.type === 'dropped' ? fate.cause : timeOf(fate, 0))),
    [100, 200, 300, 'rate', 'rate'],
  );
  t.equal(timeOf(judge(on, 'PreVote', 100, faults, 100), 100), 400, 'with 200 in front there is room again');
  t.equal(faults.rules[0]?.hits.rate, 6);
  const alone = faultsOf({ narrow: { ...EVERYBODY, rate: { bytesPerSecond: 1000, queueBytesMax: 0 } } });
  const other = link();
  t.equal(timeOf(judge(other, 'PreVote', 5000, alone, 0), 0), 5000, 'a frame for which nothing waits always passes');
  t.match(judge(other, 'PreVote', 1, alone, 4999), { cause: 'rate' });
  t.equal(timeOf(judge(other, 'PreVote', 1, alone, 5000), 5000), 5001);
});

t.test('bandwidth: of several the slowest counts; a delay comes on top', async (t) => {
  const faults = faultsOf({
    fast: { ...EVERYBODY, rate: { bytesPerSecond: 10_000 } },
    slow: { ...EVERYBODY, rate: { bytesPerSecond: 1000 } },
    far: { ...EVERYBODY, delay: '30ms' },
  });
  t.equal(timeOf(judge(link(), 'PreVote', 100, faults, 0), 0), 130);
});

const decoder = new TextDecoder('utf-8', { fatal: true });
const encoder = new TextEncoder();

/** Whether a parser takes it; that it is still UTF-8 is asked for first. */
function parses(bytes: Uint8Array): boolean {
  const text = decoder.decode(bytes);
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

const damages = fc.record({
  type: fc.constantFrom('controlCharacter', 'truncated'),
  at: fc.oneof(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), fc.constantFrom(0, 0.5, 1 - 2 ** -53)),
}) as fc.Arbitrary<Damage>;

t.test('damaged: no parser takes it, whatever the JSON text, and it is still UTF-8', async (t) => {
  const spaces = fc.constantFrom('', ' ', '\n', ' \t\r\n ');
  const texts = fc
    .tuple(
      spaces,
      fc.oneof(fc.json({ stringUnit: 'grapheme' }), fc.constantFrom('{}', '[]', '0', '12', '""', '"é"', '{"😀":1}')),
      spaces,
    )
    .map((parts) => parts.join(''));
  fc.assert(
    fc.property(texts, damages, (text, damage) => {
      const frame = encoder.encode(text);
      const before = frame.slice();
      const after = damaged(frame, damage);
      return !parses(after) && Buffer.compare(frame, before) === 0;
    }),
    { numRuns: 5000, seed: 4 },
  );
  for (const text of ['', ' ', '7', 'x']) {
    for (const type of ['controlCharacter', 'truncated'] as const) {
      t.notOk(parses(damaged(encoder.encode(text), { type, at: 0 })), JSON.stringify(text));
    }
  }
});

t.test('damaged: frames of the protocol, at every place', async (t) => {
  const body = { term: 7, voteGranted: true, requestTerm: 7 } as never;
  const frame = encoder.encode(
    encodeFrame({ type: 'RequestVoteReply', from: peerId('p1'), to: peerId('p2'), id: 3, body }),
  );
  t.ok(parses(frame), 'it is whole before');
  for (let place = 0; place < frame.length; place += 1) {
    for (const type of ['controlCharacter', 'truncated'] as const) {
      if (parses(damaged(frame, { type, at: place / frame.length }))) t.fail(`${type} at ${place}`);
    }
  }
});

t.test('corruption: the share that was asked for, of both kinds, all over the frame', async (t) => {
  const fates = fatesOf(link(), faultsOf({ it: { ...EVERYBODY, corrupt: 0.2 } }), 50_000);
  const found = fates.flatMap((fate) => (fate.type === 'planned' ? [fate.copies[0]?.damage] : []));
  t.ok(deviations(found.length, 50_000, 0.2) < 4.5, `${found.length} of 50,000`);
  const truncated = found.filter((damage) => damage?.type === 'truncated').length;
  t.ok(deviations(truncated, found.length, 0.5) < 4.5, `${truncated} are truncated`);
  const front = found.filter((damage) => (damage?.at ?? 1) < 0.3).length;
  t.ok(deviations(front, found.length, 0.3) < 4.5, `${front} in the first 30 percent`);
});
