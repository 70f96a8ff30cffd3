import type { SelectorWord } from '../../../../../shared/http/Rule.ts';
import type { TourDeed, TourRule } from '../../../../../client/scenario/Tour.ts';
import { groupsOf, idsOf, parseWho, type Scope, type Sight, type Who } from '../../../../../client/scenario/who.ts';
import type { Action } from '../../connection/actions/Actions.ts';

/** Words that the relay resolves for each frame. */
const RELAY_WORDS: readonly string[] = [
  ...(['*', 'peer', 'client', 'leader', 'follower', 'candidate', 'learner'] satisfies SelectorWord[]),
];

/** A tour puts everything back when it is left, and would be led astray by half of that. */
const inverse: Action['inverse'] = () => ({ none: 'The tour puts everything back when you stop it.' });

type Draft = Omit<Action, 'inverse' | 'needs'>;

/**
 * What has to be done to the cluster for a deed of a tour; nothing for one that only reads.
 * @throws {RangeError} when it names whom nobody knows now, such as the leader of a cluster without one
 */
export function tourActions(deed: TourDeed, sight: Sight, scope: Scope): readonly Action[] {
  const whos = (text: string): readonly Who[] => text.split(',').map((word) => parseWho(word.trim(), scope));
  const ids = (text: string): string[] => idsOf(whos(text), sight);
  const ends = (text: string): string | readonly string[] => (RELAY_WORDS.includes(text) ? text : ids(text));
  const ruleBody = ({ from, to, faults }: TourRule): object => ({ from: ends(from), to: ends(to), ...faults });
  switch (deed.kind) {
    case 'heal':
      return [admin({ label: 'Heal', method: 'POST', path: '/heal', body: undefined, words: ['heal'] })];
    case 'partition': {
      if (deed.groups === 'none') {
        return [
          admin({ label: 'End the partition', method: 'DELETE', path: '/partition', body: undefined, words: [] }),
        ];
      }
      const groups = groupsOf(deed.groups.split('|').map(whos), sight);
      const text = groups.map((group) => group.join(',')).join('|');
      const label = `Partition ${text.replaceAll('|', ' | ').replaceAll(',', ' ')}`;
      return [admin({ label, method: 'PUT', path: '/partition', body: { groups }, words: ['partition', `"${text}"`] })];
    }
    case 'rule': {
      const { name, rule } = deed;
      const words = linkWords(name, ruleBody(rule));
      return [admin({ label: `Rule ${name}`, method: 'PUT', path: `/rules/${name}`, body: ruleBody(rule), words })];
    }
    case 'rules': {
      const body = {
        rules: Object.fromEntries(Object.entries(deed.rules).map(([name, rule]) => [name, ruleBody(rule)])),
      };
      const label = `Rules ${Object.keys(deed.rules).join(', ')}`;
      return [admin({ label, method: 'PUT', path: '/rules', body, words: [] })];
    }
    case 'removeRule': {
      const { name, frames } = deed;
      const path = `/rules/${name}${frames === null ? '' : `?frames=${frames}`}`;
      const words = ['link', '--remove', name, ...(frames === null ? [] : ['--frames', frames])];
      return [admin({ label: `Remove rule ${name}`, method: 'DELETE', path, body: undefined, words })];
    }
    case 'release':
      return [
        admin({
          ...{ label: `Release ${deed.name}`, method: 'POST', path: `/rules/${deed.name}/release`, body: {} },
          words: ['release', deed.name],
        }),
      ];
    case 'kill':
      return ids(deed.who).map((id) => processAction('kill', id));
    case 'start':
      return ids(deed.who).map((id) => processAction('start', id));
    case 'transfer': {
      const [to = ''] = ids(deed.who);
      return [
        admin({ label: `Transfer to ${to}`, method: 'POST', path: '/transfer', body: { to }, words: ['transfer', to] }),
      ];
    }
    case 'put':
      return [putAction(deed)];
    case 'get':
      return [];
  }
}

function processAction(action: 'kill' | 'start', id: string): Action {
  const label = `${action === 'kill' ? 'Kill' : 'Start'} ${id}`;
  const path = `/peers/${id}/process`;
  return { label, method: 'POST', path, body: { action }, words: ['process', action, id], needs: 'owner', inverse };
}

function putAction({ key, value, timeoutMs }: Extract<TourDeed, { kind: 'put' }>): Action {
  const text = typeof value === 'number' ? 'x'.repeat(value) : value;
  const shown = typeof value === 'number' ? `${value} letters` : value;
  return {
    ...{ label: `Put ${key} = ${shown}`, method: 'PUT' },
    path: `/kv/${encodeURIComponent(key)}${timeoutMs === null ? '' : `?timeoutMs=${timeoutMs}`}`,
    body: { value: text },
    words: ['put', key, `"${shown}"`, ...(timeoutMs === null ? [] : ['--timeout', `${timeoutMs}ms`])],
    ...{ needs: 'writeKeys', inverse },
  };
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

function admin(draft: Draft): Action {
  return { ...draft, needs: 'admin', inverse };
}
