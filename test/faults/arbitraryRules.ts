import fc from 'fast-check';

// Not fc.double: nearly all of its values are so small that they never happen.
const share = fc.integer({ min: 0, max: 20 }).map((twentieths) => twentieths / 20);
export const TYPES = ['PreVote', 'AppendEntries', 'AppendEntriesReply', 'ClientRequest'] as const;

const delays = fc.constantFrom(
  '0ms',
  '7ms',
  '3..90ms',
  'normal(20ms, 30ms)',
  'exponential(15ms)',
  'pareto(2ms, 1.1)',
  'integer(0ms, 26ms)',
);

const ends = fc.constantFrom('*', 'peer', 'p1', 'p2', 'leader');
const selections = fc.record(
  {
    from: ends,
    to: ends,
    both: fc.boolean(),
    types: fc.subarray([...TYPES, '@requests'], { minLength: 1 }),
    startAfterMs: fc.nat({ max: 200 }),
    ttlMs: fc.integer({ min: 201, max: 500 }),
    flap: fc.record({ onMs: fc.integer({ min: 1, max: 50 }), offMs: fc.integer({ min: 1, max: 50 }) }),
    skip: fc.integer({ min: 1, max: 10 }),
    every: fc.integer({ min: 1, max: 4 }),
    first: fc.integer({ min: 1, max: 40 }),
    probability: share,
  },
  { requiredKeys: ['from', 'to'] },
);
const faults = {
  drop: fc.oneof(share, fc.record({ goodToBad: share, badToGood: share })),
  delay: delays,
  duplicate: fc.oneof(share, fc.record({ probability: share, copies: fc.integer({ min: 1, max: 3 }), delay: delays })),
  corrupt: share,
  rate: fc.record({ bytesPerSecond: fc.integer({ min: 100, max: 1_000_000 }), queueBytesMax: fc.nat({ max: 5000 }) }),
  hold: fc.constant(true),
  disconnect: share,
};
const reorder = fc.oneof(share, fc.record({ probability: share, delay: delays }));

function ruleSets(kinds: fc.Arbitrary<Record<string, unknown>>): fc.Arbitrary<Record<string, object>> {
  const rules = fc
    // Half of the rules mean every frame: with all that can limit a rule, most would strike nothing.
    .tuple(fc.oneof(fc.constant({ from: '*', to: '*' }), selections), fc.oneof(fc.record({ delay: delays }), kinds))
    .filter(([, kind]) => Object.keys(kind).length > 0)
    .map(([selection, kind]) => ({ ...selection, ...kind }));
  return fc.dictionary(fc.constantFrom('a', 'b', 'c', 'd', 'e'), rules, { minKeys: 1, maxKeys: 5 });
}

/** Sets of rules that keep the order of a link. */
export const orderlyRules = ruleSets(fc.record(faults, { requiredKeys: [] }));
export const anyRules = ruleSets(fc.record({ ...faults, reorder }, { requiredKeys: [] }));
