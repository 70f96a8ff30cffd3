import { checkRule } from '../../server/faults/checkRule.ts';
import { WhitewaterError } from '../../shared/errors.ts';
import { type Rule, SELECTOR_WORDS } from '../../shared/http/Rule.ts';
import { isId } from '../../shared/ids.ts';
import { parseDelayText } from '../parse/delay.ts';
import { shown, type Place } from './Place.ts';
import { readWho, type Scope, type Who } from './who.ts';

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
  const need = (name: 'from' | 'to'): Place => fields.get(name) ?? place.refuse(`${name} is missing`);
  const [from, to] = [readEnds(need('from'), scope), readEnds(need('to'), scope)];
  const faults = Object.fromEntries(
    [...fields].flatMap(([name, field]) =>
      ['from', 'to', ...(named ? ['name'] : [])].includes(name) ? [] : [[name, field.value]],
    ),
  );
  for (const name of ['delay', 'accept']) {
    const delay = fields.get(name);
    if (typeof delay?.value === 'string' || typeof delay?.value === 'number')
      delay.guard(() => parseDelayText(delay.text()));
  }
  // Endpoints that are known only when the step runs are as good as any for this.
  const stand = (ends: ScenarioRule['from']): unknown => (typeof ends === 'string' ? ends : ['any']);
  check({ from: stand(from), to: stand(to), ...faults }, place);
  return { from, to, faults };
}

/** As the relay itself will, with the place in the scenario. */
function check(rule: unknown, place: Place): void {
  try {
    checkRule(rule, 'rule');
  } catch (error) {
    if (!(error instanceof WhitewaterError)) throw error;
    const { place: pointer = 'rule' } = error.details as { place?: string };
    const problem = error.message.replace(`${pointer} is `, '').replace('; nothing was changed', '');
    const path = pointer.split('/').slice(1);
    const at = path.reduce((one, step) => one.at(/^\d+$/.test(step) ? `[${step}]` : `.${step}`, undefined), place);
    at.refuse(problem);
  }
}

export function readRuleName(place: Place): string {
  const name = place.text('a name');
  return isId(name) ? name : place.refuse(`${shown(name)} is not a name: 1 to 64 letters, digits, _ . or -`);
}

/** The rules of a mapping of names to rules. */
export function readRules(place: Place, scope: Scope): Map<string, ScenarioRule> {
  const entries = place.entries('a mapping of names to rules');
  return new Map(entries.map(([name, rule]) => [readRuleName(rule.at('', name)), readRule(rule, scope)]));
}

/** A role's word is the relay's to resolve, at each frame; all else is resolved when the step runs. */
function readEnds(place: Place, scope: Scope): string | readonly Who[] {
  const word = SELECTOR_WORDS.find((known) => known === place.value);
  return word ?? readWho(place, scope);
}
