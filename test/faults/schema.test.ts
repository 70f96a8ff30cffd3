import fc from 'fast-check';
import t from 'tap';
import { checkRule } from '../../server/faults/checkRule.ts';
import { WhitewaterError } from '../../shared/errors.ts';
import { FAULTS, Rule } from '../../shared/http/Rule.ts';
import { Compile } from '../../shared/schema.ts';
import { anyRules } from './arbitraryRules.ts';

const schema = Compile(Rule);
const KEYS = [...Object.keys(Rule.properties), 'constructor', '__proto__', 'nonsense'];

/** @returns why it is refused; undefined when it is legal. Anything but a refusal with its place is a defect. */
function refusalOf(value: unknown): string | undefined {
  try {
    checkRule(value, '/rules/it');
    return undefined;
  } catch (error) {
    if (!(error instanceof WhitewaterError) || error.code !== 'RULE_INVALID') throw error;
    const { place } = error.details as { place: string };
    if (!place.startsWith('/rules/it')) throw error;
    if (!error.message.startsWith(place)) throw error;
    return error.message;
  }
}

t.test('what the engine takes, the schema takes', async (t) => {
  fc.assert(
    fc.property(anyRules, (rules) =>
      Object.values(rules).every((rule) => refusalOf(rule) === undefined && schema.Check(rule)),
    ),
    { numRuns: 1000, seed: 4 },
  );
  t.pass('held for all that were tried');
});

const odd = fc.oneof(
  fc.jsonValue({ maxDepth: 3 }),
  fc.constantFrom<unknown>(
    NaN,
    Infinity,
    -1,
    0,
    1,
    1.5,
    2 ** 60,
    '5ms',
    '5',
    'p1',
    '*',
    [],
    ['p1'],
    {},
    true,
    undefined,
  ),
  fc.record(
    { probability: fc.constantFrom<unknown>(0.5, 2, '1'), delay: fc.constantFrom<unknown>('5ms', 5), copies: fc.nat() },
    { requiredKeys: [] },
  ),
);

t.test('a rule with anything in any place is taken by both, or refused with its place', async (t) => {
  let taken = 0;
  let refused = 0;
  fc.assert(
    fc.property(anyRules, fc.constantFrom(...KEYS), odd, (rules, key, value) => {
      for (const rule of Object.values(rules)) {
        const changed = Object.defineProperty({ ...rule }, key, { value, enumerable: true });
        const refusal = refusalOf(changed);
        if (refusal === undefined) taken += 1;
        else refused += 1;
        // The engine knows more: units, types, what makes no sense together. It never takes what the schema refuses.
        if (refusal === undefined && value !== undefined && !schema.Check(changed)) {
          throw new Error(`taken: ${JSON.stringify(changed)}`);
        }
      }
    }),
    { numRuns: 5000, seed: 4 },
  );
  t.ok(taken > 500 && refused > 5000, `${taken} taken, ${refused} refused`);
});

t.test('what is no rule at all is refused', async (t) => {
  fc.assert(
    fc.property(fc.anything(), (value) => refusalOf(value) !== undefined),
    { numRuns: 2000, seed: 4 },
  );
  t.pass('held for all that were tried');
});

t.test('every fault of the schema is one of the list', async (t) => {
  for (const fault of FAULTS) t.ok(Object.hasOwn(Rule.properties, fault), fault);
});
