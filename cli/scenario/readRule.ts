import { checkRule } from '../../server/faults/checkRule.ts';
import { WhitewaterError } from '../../shared/errors.ts';
import { isRuleName, LEGAL_RULE_NAME, type Rule, SELECTOR_WORDS } from '../../shared/http/Rule.ts';
import { parseDelayText } from '../parse/delay.ts';
import { DELAY_FIELDS, withSamples } from '../parse/samples.ts';
import { MISTAKES_TOLD_MAX } from './Mistakes.ts';
import { shown, type Place } from './Place.ts';
import type { Scope, Who } from '../../client/scenario/who.ts';
import { readWho } from './readWho.ts';

/** A rule whose ends may be remembered ones. */
export interface ScenarioRule {
  readonly from: string | readonly Who[];
  readonly to: string | readonly Who[];
  readonly faults: Omit<Rule, 'from' | 'to'>;
}

/** @param named whether its name stands among its fields */
export function readRule(place: Place, scope: Scope, named = false): ScenarioRule {
  if (!place.isMapping)
    return place.refuse(`${shown(place.value)} is not a mapping of from, to and at least one fault`);
  const fields = new Map(place.entries('a rule').map(([name, field]) => [name, field]));
  const ends = (name: 'from' | 'to'): ScenarioRule['from'] =>
    place.attempt(() => readEnds(fields.get(name) ?? place.refuse(`${name} is missing`), scope)) ?? '*';
  const [from, to] = [ends('from'), ends('to')];
  const unread: string[] = [];
  const valueOf = (name: string, field: Place): unknown => {
    if (!DELAY_FIELDS.some((known) => known === name)) return field.value;
    const read = field.attempt(() => ({ value: field.guard(() => withSamples(field.value, place.file)) }));
    if (read === undefined) unread.push(name);
    return read?.value;
  };
  const faults = Object.fromEntries(
    [...fields].flatMap(([name, field]) =>
      ['from', 'to', ...(named ? ['name'] : [])].includes(name) ? [] : [[name, valueOf(name, field)]],
    ),
  );
  const misread = ['delay', 'accept'].filter((name) => {
    const delay = fields.get(name);
    if (typeof delay?.value !== 'string' && typeof delay?.value !== 'number') return false;
    return delay.attempt(() => delay.guard(() => parseDelayText(delay.text()))) === undefined;
  });
  // Endpoints that are known only when the step runs are as good as any for this.
  const stand = (given: ScenarioRule['from']): unknown => (typeof given === 'string' ? given : ['any']);
  check({ from: stand(from), to: stand(to), ...faults }, new Set([...misread, ...unread]), place);
  return { from, to, faults };
}

/** As the relay itself will, with the place in the scenario; and once more without what is wrong, for what else is. */
function check(rule: Readonly<Record<string, unknown>>, wrong: ReadonlySet<string>, place: Place): void {
  const rest = Object.fromEntries(Object.entries(rule).filter(([name]) => !wrong.has(name)));
  try {
    checkRule(rest, 'rule');
  } catch (error) {
    if (!(error instanceof WhitewaterError)) throw error;
    const { place: pointer = 'rule' } = error.details as { place?: string };
    const [, field, ...path] = pointer.split('/');
    if (field === undefined) {
      // There is a fault, and it is wrong.
      if (wrong.size === 0) place.refuse(problemOf(error, pointer));
      return;
    }
    const steps = path.map((step) => (/^\d+$/.test(step) ? Number(step) : step));
    const at = [field, ...steps].reduce<Place>((one, step) => one.at(step, undefined), place);
    at.note(problemOf(error, pointer));
    const goesOn = wrong.size < MISTAKES_TOLD_MAX && Object.hasOwn(rest, field) && !['from', 'to'].includes(field);
    if (goesOn) check(rule, new Set([...wrong, field]), place);
  }
}

function problemOf({ message }: WhitewaterError, pointer: string): string {
  return message.replace(`${pointer} is `, '').replace('; nothing was changed', '');
}

export function readRuleName(place: Place): string {
  const name = place.text('a name');
  return isRuleName(name) ? name : place.refuse(`${shown(name)} is not a name: ${LEGAL_RULE_NAME}`);
}

/** The rules of a mapping of names to rules. */
export function readRules(place: Place, scope: Scope): Map<string, ScenarioRule> {
  const entries = place.entries('a mapping of names to rules');
  return new Map(
    entries.flatMap(([name, rule]) => {
      const legalName = rule.attempt(() => readRuleName(rule.with(name)));
      const read = rule.attempt(() => readRule(rule, scope));
      return legalName === undefined || read === undefined ? [] : [[legalName, read]];
    }),
  );
}

/** A role's word is the relay's to resolve, at each frame; all else is resolved when the step runs. */
function readEnds(place: Place, scope: Scope): string | readonly Who[] {
  const word = SELECTOR_WORDS.find((known) => known === place.value);
  return word ?? readWho(place, scope);
}
