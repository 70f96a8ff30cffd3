import type { SelectorWord } from '../../../../../shared/http/Rule.ts';
import type { PeerId } from '../../../../../shared/ids.ts';
import type { TourDeed, TourRule } from '../../../../../client/scenario/Tour.ts';
import { groupsOf, idsOf, parseWho, type Scope, type Sight, type Who } from '../../../../../client/scenario/who.ts';
import type { Groups } from '../groups.ts';
import type { Action } from '../../connection/actions/Actions.ts';
import { putAction } from '../../connection/actions/keyActions.ts';
import { transferAction } from '../../connection/actions/memberActions.ts';
import { healAction, partitionAction, reconnectAction } from '../../connection/actions/networkActions.ts';
import { processAction } from '../../connection/actions/peerActions.ts';
import { releaseAction, removeRuleAction } from '../../connection/actions/ruleActions.ts';

/** Words that the relay resolves for each frame. */
const RELAY_WORDS: readonly string[] = [
  ...(['*', 'peer', 'client', 'leader', 'follower', 'candidate', 'learner'] satisfies SelectorWord[]),
];

/** A tour puts everything back when it is left, and would be led astray by half of that. */
const OF_TOUR: Pick<Action, 'asks' | 'inverse'> = {
  asks: [],
  inverse: () => ({ none: 'The tour puts everything back when you stop it.' }),
};

/**
 * What has to be done to the cluster for a deed of a tour; nothing for one that only reads.
 * @throws {RangeError} when it names whom nobody knows now, such as the leader of a cluster without one
 */
export function tourActions(deed: TourDeed, sight: Sight, scope: Scope): readonly Action[] {
  const whos = (text: string): readonly Who[] => text.split(',').map((word) => parseWho(word.trim(), scope));
  const ids = (text: string): PeerId[] => idsOf(whos(text), sight) as PeerId[];
  const groups = (text: string): Groups => groupsOf(text.split('|').map(whos), sight) as PeerId[][];
  const ends = (text: string): string | readonly string[] => (RELAY_WORDS.includes(text) ? text : ids(text));
  const ruleBody = ({ from, to, faults }: TourRule): object => ({ from: ends(from), to: ends(to), ...faults });
  switch (deed.kind) {
    case 'heal':
      return [ofTour(healAction())];
    case 'partition':
      if (deed.groups === 'none') return [ofTour(reconnectAction())];
      return [ofTour(partitionAction(groups(deed.groups)))];
    case 'rule': {
      const { name, rule } = deed;
      const body = ruleBody(rule);
      return [
        changes({ label: `Rule ${name}`, method: 'PUT', path: `/rules/${name}`, body, words: linkWords(name, body) }),
      ];
    }
    case 'rules': {
      const rules = Object.fromEntries(Object.entries(deed.rules).map(([name, rule]) => [name, ruleBody(rule)]));
      const label = `Rules ${Object.keys(deed.rules).join(', ')}`;
      return [changes({ label, method: 'PUT', path: '/rules', body: { rules }, words: [] })];
    }
    case 'removeRule': {
      const { name, frames } = deed;
      const action = removeRuleAction(name);
      if (frames === null) return [ofTour(action)];
      const [path, words] = [`${action.path}?frames=${frames}`, [...action.words, '--frames', frames]];
      return [ofTour({ ...action, path, words })];
    }
    case 'release': {
      const { name, first } = deed;
      const action = releaseAction(name);
      if (first === null) return [ofTour(action)];
      return [ofTour({ ...action, body: { first }, words: [...action.words, '--first', String(first)] })];
    }
    case 'kill':
    case 'start': {
      const { kind, who } = deed;
      return ids(who).map((id) => ofTour(processAction(id, kind)));
    }
    case 'transfer':
      return ids(deed.who)
        .slice(0, 1)
        .map((id) => ofTour(transferAction(id)));
    case 'put':
      return [tourPut(deed)];
    case 'get':
      return [];
  }
}

function tourPut({ key, value, timeoutMs }: Extract<TourDeed, { kind: 'put' }>): Action {
  const text = typeof value === 'number' ? 'x'.repeat(value) : value;
  const shown = typeof value === 'number' ? `${value} letters` : value;
  const action = putAction(key, text);
  return ofTour({
    ...action,
    label: `Put ${key} = ${shown}`,
    path: `${action.path}${timeoutMs === null ? '' : `?timeoutMs=${timeoutMs}`}`,
    words: ['put', key, `"${shown}"`, ...(timeoutMs === null ? [] : ['--timeout', `${timeoutMs}ms`])],
  });
}

interface LinkFaults {
  readonly from: string | readonly string[];
  readonly to: string | readonly string[];
  readonly types?: readonly string[];
  readonly drop?: number;
  readonly delay?: string;
  readonly hold?: boolean;
}

/** How `whitewater link` says it, as far as tours go. */
function linkWords(name: string, rule: object): readonly string[] {
  const { from, to, types, drop, delay, hold } = rule as LinkFaults;
  const end = (one: LinkFaults['from']): string => (typeof one === 'string' ? `"${one}"` : one.join(','));
  return [
    ...['link', end(from), end(to)],
    ...(drop === undefined ? [] : ['--drop', String(drop)]),
    ...(delay === undefined ? [] : ['--delay', delay]),
    ...(hold === true ? ['--hold'] : []),
    ...(types === undefined ? [] : ['--types', types.join(',')]),
    ...['--name', name],
  ];
}

function changes(draft: Pick<Action, 'label' | 'method' | 'path' | 'body' | 'words'>): Action {
  return { ...draft, needs: 'admin', ...OF_TOUR };
}

function ofTour(action: Action): Action {
  return { ...action, ...OF_TOUR };
}
