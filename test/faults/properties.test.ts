import fc from 'fast-check';
import t from 'tap';
import { type Faults, noFaults } from '../../server/faults/Faults.ts';
import { type Fate, judge } from '../../server/faults/judge.ts';
import type { LinkFaults } from '../../server/faults/LinkFaults.ts';
import { anyRules, orderlyRules, TYPES } from './arbitraryRules.ts';
import { change, EVERYBODY, faultsOf, link, rulesOf } from './stage.ts';

interface Arrival {
  readonly type: (typeof TYPES)[number];
  readonly bytes: number;
  readonly afterMs: number;
}

const traffic: fc.Arbitrary<Arrival[]> = fc.array(
  fc.record({
    type: fc.constantFrom(...TYPES),
    bytes: fc.nat({ max: 2000 }),
    afterMs: fc.oneof(
      fc.constant(0),
      fc.integer({ min: 1, max: 2000 }).map((hundredths) => hundredths / 100),
    ),
  }),
  { minLength: 1, maxLength: 80 },
);

/** What became of the frame, without the objects that differ from one set of faults to the next. */
function plain(fate: Fate): unknown {
  if (fate.type === 'delivered') return fate.type;
  const strikes = fate.strikes.map(({ rule, fault }) => `${rule.name} ${fault}`);
  if (fate.type === 'dropped') return { cause: fate.cause, end: fate.disconnect, strikes };
  const copies = fate.copies.map(({ atMs, heldBy, damage, inOrder }) => ({
    atMs,
    heldBy: heldBy?.name,
    damage,
    inOrder,
  }));
  return { strikes, copies };
}

function fatesOn(on: LinkFaults, inForce: Faults, arrivals: readonly Arrival[]): Fate[] {
  let nowMs = 0;
  return arrivals.map(({ type, bytes, afterMs }) => {
    nowMs += afterMs;
    return judge(on, type, bytes, inForce, nowMs);
  });
}

t.test('any rules without reorder: the delivery times of a link never decrease', async (t) => {
  fc.assert(
    fc.property(orderlyRules, traffic, (rules, arrivals) => {
      let nowMs = 0;
      let lastMs = 0;
      fatesOn(link(), faultsOf(rules), arrivals).forEach((fate, at) => {
        nowMs += arrivals[at]?.afterMs ?? 0;
        const times =
          fate.type === 'delivered'
            ? [nowMs]
            : fate.type === 'planned'
              ? fate.copies.flatMap(({ atMs, inOrder }) => (inOrder && atMs !== undefined ? [atMs] : []))
              : [];
        for (const atMs of times) {
          if (atMs < lastMs) throw new Error(`${atMs} after ${lastMs}`);
          lastMs = atMs;
        }
      });
    }),
    { numRuns: 1000, seed: 4 },
  );
  t.pass('held for all that were tried');
});

t.test('any rules: nothing is delivered in the past, every fate names who struck, and counts agree', async (t) => {
  fc.assert(
    fc.property(anyRules, traffic, (rules, arrivals) => {
      const inForce = faultsOf(rules);
      let nowMs = 0;
      let strikes = 0;
      fatesOn(link(), inForce, arrivals).forEach((fate, at) => {
        nowMs += arrivals[at]?.afterMs ?? 0;
        if (fate.type === 'delivered') return;
        strikes += fate.strikes.length;
        if (fate.type === 'dropped' && fate.strikes.length === 0) throw new Error('nobody dropped it');
        if (fate.type !== 'planned') return;
        if (fate.copies.length === 0) throw new Error('nothing is planned');
        for (const { atMs, heldBy } of fate.copies) {
          if ((atMs === undefined) !== (heldBy !== undefined)) throw new Error('held, or at a time');
          if (atMs !== undefined && !(atMs >= nowMs)) throw new Error(`${atMs} before ${nowMs}`);
        }
      });
      const counted = inForce.rules.flatMap(({ hits }) => Object.values(hits)).reduce((sum, one) => sum + one, 0);
      if (counted !== strikes) throw new Error(`${counted} counted, ${strikes} told`);
    }),
    { numRuns: 1000, seed: 4 },
  );
  t.pass('held for all that were tried');
});

t.test('a delay of d never delivers before d, whatever other rules there are', async (t) => {
  fc.assert(
    fc.property(anyRules, traffic, fc.integer({ min: 1, max: 1000 }), (rules, arrivals, delayMs) => {
      const inForce = faultsOf({ ...rules, floor: { ...EVERYBODY, delay: `${delayMs}ms` } });
      let nowMs = 0;
      fatesOn(link(), inForce, arrivals).forEach((fate, at) => {
        nowMs += arrivals[at]?.afterMs ?? 0;
        if (fate.type === 'delivered') throw new Error('it was not delayed');
        if (fate.type !== 'planned') return;
        for (const { atMs = Infinity } of fate.copies)
          if (atMs < nowMs + delayMs) throw new Error(`${atMs - nowMs} ms`);
      });
    }),
    { numRuns: 1000, seed: 4 },
  );
  t.pass('held for all that were tried');
});

t.test('the same seed and the same frames have the same fates, however the links interleave', async (t) => {
  fc.assert(
    fc.property(anyRules, traffic, traffic, (rules, there, back) => {
      const one = [link('p1', 'p2'), link('p2', 'p1')] as const;
      const apart = [fatesOn(one[0], faultsOf(rules), there), fatesOn(one[1], faultsOf(rules), back)].map((fates) =>
        fates.map(plain),
      );
      const inForce = faultsOf(rules);
      const other = [link('p1', 'p2'), link('p2', 'p1')] as const;
      const together: unknown[][] = [[], []];
      const nowMs = [0, 0];
      for (let at = 0; at < Math.max(there.length, back.length); at += 1) {
        for (const way of at % 3 === 0 ? [0, 1] : [1, 0]) {
          const arrival = (way === 0 ? there : back)[at];
          const on = other[way];
          if (arrival === undefined || on === undefined) continue;
          nowMs[way] = (nowMs[way] ?? 0) + arrival.afterMs;
          together[way]?.push(plain(judge(on, arrival.type, arrival.bytes, inForce, nowMs[way])));
        }
      }
      t.same(together, apart);
    }),
    { numRuns: 200, seed: 4 },
  );
});

t.test('a rule that strikes nothing of a link, before or behind the others, changes no fate there', async (t) => {
  const elsewhere = { from: 'p7', to: '*', drop: 1 };
  const never = { ...EVERYBODY, drop: 0, corrupt: 0 };
  fc.assert(
    fc.property(anyRules, traffic, (rules, arrivals) => {
      const alone = fatesOn(link(), faultsOf(rules), arrivals).map(plain);
      const more = faultsOf({ elsewhere, never, ...rules, last: never });
      t.same(fatesOn(link(), more, arrivals).map(plain), alone);
    }),
    { numRuns: 200, seed: 4 },
  );
});

t.test('changes of other rules, of partition and profile in the midst change no fate either', async (t) => {
  fc.assert(
    fc.property(anyRules, traffic, fc.nat({ max: 80 }), (rules, arrivals, changeAt) => {
      const alone = fatesOn(link(), faultsOf(rules), arrivals).map(plain);
      const on = link();
      let inForce = change(noFaults('test'), { rules: rulesOf(rules) });
      let nowMs = 0;
      const fates = arrivals.map(({ type, bytes, afterMs }, at) => {
        nowMs += afterMs;
        if (at === changeAt) {
          inForce = change(
            inForce,
            { rules: rulesOf({ other: { from: 'p8', to: 'p9', hold: true }, ...rules }) },
            nowMs,
          );
          inForce = change(inForce, { partition: { groups: [] }, profile: { name: 'reliable' } }, nowMs);
        }
        return plain(judge(on, type, bytes, inForce, nowMs));
      });
      t.same(fates, alone);
    }),
    { numRuns: 200, seed: 4 },
  );
});

t.test('links, rules, seeds and neighbouring frames draw independently of each other', async (t) => {
  const count = 20_000;
  const drops = (on: LinkFaults, name: string, seed: string): boolean[] =>
    Array.from({ length: count }, (_, at) => judge(on, 'PreVote', 1, inForceOf(name, seed), at).type === 'dropped');
  const known = new Map<string, Faults>();
  const inForceOf = (name: string, seed: string): Faults => {
    const found = known.get(`${name} ${seed}`) ?? faultsOf({ [name]: { ...EVERYBODY, drop: 0.5 } }, seed);
    known.set(`${name} ${seed}`, found);
    return found;
  };
  const base = drops(link(), 'rule', 'seed');
  const others = {
    'the way back': drops(link('p2', 'p1'), 'rule', 'seed'),
    'another link': drops(link('p1', 'p3'), 'rule', 'seed'),
    'another rule': drops(link(), 'rule2', 'seed'),
    'another seed': drops(link(), 'rule', 'seed2'),
    'the next frame': [...base.slice(1), base[0] ?? false],
    'the frame 256 later': [...base.slice(256), ...base.slice(0, 256)],
  };
  for (const [what, other] of Object.entries(others)) {
    const same = base.filter((one, at) => one === other[at]).length;
    t.ok(Math.abs(same - count / 2) < 4.5 * Math.sqrt(count / 4), `${what}: ${same} of ${count} alike`);
  }
});
