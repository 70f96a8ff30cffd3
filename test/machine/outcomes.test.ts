import fc from 'fast-check';
import t from 'tap';
import { Outcomes } from '../../peer/machine/Outcomes.ts';
import type { Outcome } from '../../peer/machine/Sessions.ts';

t.test('any order of requests: each outcome is found until it is forgotten, and they are told in order', async (t) => {
  const step = fc.tuple(fc.nat(60), fc.boolean());
  const property = fc.property(fc.array(step, { maxLength: 150 }), (steps) => {
    const outcomes = new Outcomes();
    const model = new Map<number, Outcome>();
    for (const [sequence, isAdded] of steps) {
      if (isAdded && !model.has(sequence)) {
        const outcome: Outcome = { type: 'result', result: sequence };
        outcomes.add(sequence, outcome);
        model.set(sequence, outcome);
      } else if (!isAdded) {
        outcomes.forgetThrough(sequence);
        for (const known of model.keys()) if (known <= sequence) model.delete(known);
      }
      t.equal(outcomes.get(sequence), model.get(sequence));
      t.equal(outcomes.size, model.size);
    }
    const inOrder = [...model].sort(([a], [b]) => a - b);
    t.strictSame(outcomes.records(), inOrder);
    t.strictSame(new Outcomes(outcomes.records()).records(), inOrder);
  });
  t.doesNotThrow(() => fc.assert(property, { numRuns: 200 }));
});
