import { isErrorCode } from '../../shared/errors.ts';
import {
  NUMBER_FIELDS,
  ROLE_WORDS,
  type Amount,
  type Claim,
  type Comparison,
  type Condition,
  type KeyTest,
  type NumberField,
  type ResultTest,
  type Text,
} from './conditionTypes.ts';
import { parseTimeMs } from './duration.ts';
import { isKnown, parseWho, type Scope, type Who } from './who.ts';

/** One line for each form, for errors and for docs/SCENARIOS.md. */
export const CONDITION_FORMS = [
  'leader [among WHO] [is WHO | is not WHO]',
  'no leader [among WHO]',
  'one term [among WHO]',
  'term|commit|applied|log [of WHO] = != < <= > >= NUMBER',
  'committed NUMBER [on WHO]',
  'equal commit [among WHO]',
  'WHO follows WHO',
  'WHO is [not] leader|follower|candidate|preCandidate|learner|connected|disconnected',
  'key KEY = VALUE | != VALUE | contains TEXT | is missing | is present [at PEER]',
  '$NAME succeeded | failed [with CODE or CODE] | finished | pending',
  'rule NAME hits|matched > NUMBER',
  'held|delayed > NUMBER',
] as const;

/** How long a condition that says nothing of it is waited for. */
export const WITHIN_MS_DEFAULT = 10_000;

const WHO = String.raw`\S+(?:, ?\S+)*`;
const COMPARISON = '(=|!=|<=|>=|<|>)';

/** A reader of one form: undefined when the text has another. */
type Form = (text: string, scope: Scope) => Claim | undefined;

const FORMS: readonly Form[] = [
  leader,
  noLeader,
  oneTerm,
  committed,
  numbers,
  follows,
  role,
  key,
  result,
  rule,
  frames,
];

/** @throws {RangeError} saying what is legal */
export function parseCondition(text: string, scope: Scope): Condition {
  const { rest, withinMs, forMs } = timesOf(text);
  for (const form of FORMS) {
    const claim = form(rest, scope);
    if (claim !== undefined) return { text, claim, withinMs, forMs };
  }
  throw new RangeError(`${JSON.stringify(text)} is no condition; legal: ${CONDITION_FORMS.join('; ')}`);
}

interface Timed {
  readonly rest: string;
  readonly withinMs: number | undefined;
  readonly forMs: number | undefined;
}

const TIME = /(?<= )(within|for) ([\d.]+ ?(?:ms|s|m|h)?)(?= )/;

/** `within 5s` may stand behind the first word too; `for 2s` stands at the end. Neither is looked for in a key's name or value. */
function timesOf(text: string): Timed {
  const [, head = '', between = text, quoted = '', tail = '', bare = ''] = KEY_AND_VALUE.exec(text) ?? [];
  if (TIME.test(` ${bare} `)) {
    throw new RangeError(
      `${JSON.stringify(bare)} may be a value, or a value and a time: write values in quotes, and times behind them, such as key a = "b" within 5s`,
    );
  }
  const times = new Map<string, number>();
  const without = (part: string): string => {
    let rest = ` ${part} `;
    for (let match = TIME.exec(rest); match !== null; match = TIME.exec(rest)) {
      const [all, word = '', duration = ''] = match;
      if (times.has(word)) throw new RangeError(`${JSON.stringify(text)} says "${word}" twice`);
      times.set(word, parseTimeMs(duration.trim()));
      rest = rest.replace(` ${all} `, ' ');
    }
    return rest.trim();
  };
  const rest = [head, without(between), quoted, bare, without(tail)].filter((part) => part !== '').join(' ');
  return { rest, withinMs: times.get('within'), forMs: times.get('for') };
}

/** A value in quotes is a JSON text. */
const QUOTED = String.raw`"(?:[^"\\]|\\.)*"`;
const KEY_AND_VALUE = new RegExp(
  String.raw`^(key \S+) ((?:(?:within|for) [\d.]+ ?(?:ms|s|m|h)? )*(?:=|!=|contains)) (?:(${QUOTED})((?: .*)?)|(.+))$`,
);

function leader(text: string, scope: Scope): Claim | undefined {
  const match = new RegExp(`^leader(?: among (${WHO}?))?(?: is (not )?(${WHO}))?$`).exec(text);
  if (match === null) return undefined;
  const [, among, not, is] = match;
  return {
    kind: 'leader',
    among: whoIn(among, scope),
    is: is === undefined ? undefined : { isNot: not !== undefined, who: whosOf(is, scope) },
  };
}

function noLeader(text: string, scope: Scope): Claim | undefined {
  const match = new RegExp(`^no leader(?: among (${WHO}))?$`).exec(text);
  return match === null ? undefined : { kind: 'noLeader', among: whoIn(match[1], scope) };
}

function oneTerm(text: string, scope: Scope): Claim | undefined {
  const match = new RegExp(`^(one term|equal commit)(?: among (${WHO}))?$`).exec(text);
  if (match === null) return undefined;
  return { kind: match[1] === 'one term' ? 'oneTerm' : 'equalCommit', among: whoIn(match[2], scope) };
}

function committed(text: string, scope: Scope): Claim | undefined {
  const match = new RegExp(`^committed (\\S+)(?: on (${WHO}))?$`).exec(text);
  if (match === null) return undefined;
  const [, amount = '', of = 'all'] = match;
  return {
    kind: 'number',
    field: 'commit',
    of: whosOf(of, scope),
    comparison: '>=',
    amount: amountOfText(amount, scope),
  };
}

function numbers(text: string, scope: Scope): Claim | undefined {
  const match = new RegExp(`^(${NUMBER_FIELDS.join('|')})(?: of (${WHO}))? ?${COMPARISON} ?(\\S+)$`).exec(text);
  if (match === null) return undefined;
  const [, field = '', of, comparison = '', amount = ''] = match;
  return {
    ...{ kind: 'number', field: field as NumberField, of: whoIn(of, scope) },
    ...{ comparison: comparison as Comparison, amount: amountOfText(amount, scope) },
  };
}

function follows(text: string, scope: Scope): Claim | undefined {
  const match = new RegExp(`^(${WHO}) follows? (${WHO})$`).exec(text);
  if (match === null) return undefined;
  const [, who = '', leader = ''] = match;
  const leaders = whosOf(leader, scope);
  if (leaders.length > 1 || ['followers', 'all', 'rest', 'allBut'].includes(leaders[0]?.kind ?? ''))
    throw new RangeError(`${JSON.stringify(leader)} is not one peer, and nobody follows several`);
  return { kind: 'follows', who: whosOf(who, scope), leader: leaders };
}

function role(text: string, scope: Scope): Claim | undefined {
  const match = new RegExp(`^(${WHO}) (?:is|are) (not )?(${ROLE_WORDS.join('|')})$`).exec(text);
  if (match === null || text.startsWith('key ')) return undefined;
  const [, who = '', not, role = ''] = match;
  return { kind: 'role', who: whosOf(who, scope), isNot: not !== undefined, role };
}

function key(text: string, scope: Scope): Claim | undefined {
  const match = new RegExp(
    `^key (\\S+) (?:is (missing|present)|(=|!=|contains) (?:(${QUOTED})|(.+?)))(?: at (${WHO}))?$`,
  ).exec(text);
  if (match === null) return undefined;
  const [, name = '', word, comparison, quoted, value = '', at] = match;
  const test =
    word === undefined
      ? {
          kind: comparison as '=' | '!=' | 'contains',
          value: quoted === undefined ? textOf(value, scope) : { text: unquoted(quoted) },
        }
      : { kind: word as 'missing' | 'present' };
  return { kind: 'key', key: name, at: whoIn(at, scope), test: test satisfies KeyTest };
}

function unquoted(quoted: string): string {
  try {
    return JSON.parse(quoted) as string;
  } catch {
    throw new RangeError(`${quoted} is not a text as JSON has them`);
  }
}

function result(text: string, scope: Scope): Claim | undefined {
  const match = /^\$(\w+) (succeeded|pending|finished|failed)(?: with (.+))?$/.exec(text);
  if (match === null) return undefined;
  const [, name = '', word = '', codes] = match;
  known(name, scope);
  if (word !== 'failed') {
    if (codes !== undefined) throw new RangeError('only "failed" has a "with"');
    return { kind: 'result', name, test: { kind: word as 'succeeded' } };
  }
  const test: ResultTest = { kind: 'failed', codes: codes === undefined ? [] : errorCodesOf(codes.split(/ or |, ?/)) };
  return { kind: 'result', name, test };
}

/** @throws {RangeError} for one that Whitewater does not have */
export function errorCodesOf(codes: readonly string[]): string[] {
  return codes.map((code) => {
    if (isErrorCode(code.trim())) return code.trim();
    throw new RangeError(`${JSON.stringify(code)} is no error's code; docs/ERRORS.md lists them`);
  });
}

function rule(text: string, scope: Scope): Claim | undefined {
  const match = new RegExp(`^rule (\\S+) (hits|matched) ?${COMPARISON} ?(\\S+)$`).exec(text);
  if (match === null) return undefined;
  const [, name = '', field = '', comparison = '', amount = ''] = match;
  return {
    ...{ kind: 'rule', name, field: field as 'hits' | 'matched' },
    ...{ comparison: comparison as Comparison, amount: amountOfText(amount, scope) },
  };
}

function frames(text: string, scope: Scope): Claim | undefined {
  const match = new RegExp(`^(held|delayed) ?${COMPARISON} ?(\\S+)$`).exec(text);
  if (match === null) return undefined;
  const [, field = '', comparison = '', amount = ''] = match;
  return {
    ...{ kind: 'frames', field: field as 'held' | 'delayed' },
    ...{ comparison: comparison as Comparison, amount: amountOfText(amount, scope) },
  };
}

function whoIn(text: string | undefined, scope: Scope): readonly Who[] | undefined {
  return text === undefined ? undefined : whosOf(text, scope);
}

function whosOf(text: string, scope: Scope): readonly Who[] {
  return text.split(',').map((word) => parseWho(word.trim(), scope));
}

/** A number, `$name`, or `$name+1`. */
export function amountOfText(text: string, scope: Scope): Amount {
  const match = /^\$(\w+)(?:\+(\d+))?$/.exec(text);
  if (match !== null) {
    const [, variable = '', number = '0'] = match;
    known(variable, scope);
    return { variable, number: Number(number) };
  }
  if (/^\d{1,15}$/.test(text)) return { variable: undefined, number: Number(text) };
  throw new RangeError(`${JSON.stringify(text)} is neither a whole number nor $NAME of one remembered`);
}

/** @throws {RangeError} for `$name` of what no step remembers */
export function textOf(text: string, scope: Scope): Text {
  const [, variable] = /^\$(\w+)$/.exec(text) ?? [];
  if (variable === undefined) return { text };
  known(variable, scope);
  return { variable };
}

function known(name: string, scope: Scope): void {
  if (!isKnown(name, scope)) throw new RangeError(`$${name} is not known; no step before this one remembers it`);
}
