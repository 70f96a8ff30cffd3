import type { ClusterView } from '../../shared/http/ClusterView.ts';
import { isId } from '../../shared/legalId.ts';

/** Endpoints as a step names them: some are known only when it runs. */
export type Who =
  | { readonly kind: 'id'; readonly id: string }
  | { readonly kind: 'leader' | 'followers' | 'all' | 'rest' }
  | { readonly kind: 'allBut'; readonly who: Who }
  /** What was remembered; `plus` peers further on, in the order of the scenario. */
  | { readonly kind: 'variable'; readonly name: string; readonly plus: number };

/** What the texts of a scenario may refer to. */
export interface Scope {
  /** None when they could not be read: then every name may be one. */
  readonly peers: readonly string[];
  /** Remembered by an earlier step. */
  readonly variables: ReadonlySet<string>;
  /** Perhaps remembered by an earlier step, which could not be read. */
  readonly doubtful?: ReadonlySet<string>;
}

export function isKnown(variable: string, { variables, doubtful }: Scope): boolean {
  return variables.has(variable) || doubtful?.has(variable) === true;
}

/** The relay's own client, by which requests over HTTP go. */
export const GATEWAY_ID = 'http';

/** What can be said, for errors. */
export const LEGAL_WHO = 'a peer, leader, followers, all, $NAME of something remembered, or !WHO for all but that';

/** @throws {RangeError} */
export function parseWho(word: string, scope: Scope): Who {
  if (word === 'leader' || word === 'followers' || word === 'all' || word === 'rest') return { kind: word };
  if (word.startsWith('!')) return { kind: 'allBut', who: parseWho(word.slice(1), scope) };
  if (word.startsWith('$')) {
    const [, name = '', plus = '0'] = /^\$(\w+)(?:\+(\d))?$/.exec(word) ?? [];
    if (!isKnown(name, scope)) {
      const known = [...scope.variables].map((variable) => `$${variable}`);
      const which =
        known.length === 0 ? 'no step before this one remembers anything' : `known here: ${known.join(', ')}`;
      throw new RangeError(`${word} is not known; ${which}`);
    }
    return { kind: 'variable', name, plus: Number(plus) };
  }
  if (!isId(word)) throw new RangeError(`${JSON.stringify(word)} is not ${LEGAL_WHO}`);
  if (word !== GATEWAY_ID && scope.peers.length > 0 && !scope.peers.includes(word)) {
    throw new RangeError(`${word} is no peer of this scenario; its peers are ${scope.peers.join(', ')}`);
  }
  return { kind: 'id', id: word };
}

export function whoText(whos: readonly Who[]): string {
  return whos.map(wordOf).join(',');
}

function wordOf(who: Who): string {
  if (who.kind === 'id') return who.id;
  if (who.kind === 'allBut') return `!${wordOf(who.who)}`;
  return who.kind === 'variable' ? `$${who.name}${who.plus > 0 ? `+${who.plus}` : ''}` : who.kind;
}

/** Where conditions are judged: who there is, and what earlier steps left behind. */
export interface Setting {
  readonly peers: readonly string[];
  readonly memory: ReadonlyMap<string, unknown>;
}

export function sightOf({ peers, memory }: Setting, { leader }: Pick<ClusterView, 'leader'>): Sight {
  return { peers, leader, variable: (name) => memory.get(name) };
}

/** What is known when a step runs. */
export interface Sight {
  readonly peers: readonly string[];
  readonly leader: string | null;
  readonly variable: (name: string) => unknown;
}

/**
 * @returns ids, each once; `rest` stays for `groupsOf`
 * @throws {RangeError} when there is no leader, or a variable holds no peers
 */
export function idsOf(whos: readonly Who[], sight: Sight): string[] {
  return [...new Set(whos.flatMap((who) => idsOfOne(who, sight)))];
}

/** Groups of ids; `rest` is all peers that no group names. */
export function groupsOf(groups: readonly (readonly Who[])[], sight: Sight): string[][] {
  const named = new Set(
    groups.flatMap((group) =>
      idsOf(
        group.filter(({ kind }) => kind !== 'rest'),
        sight,
      ),
    ),
  );
  const rest = sight.peers.filter((id) => !named.has(id));
  return groups
    .map((group) => group.flatMap((who) => (who.kind === 'rest' ? rest : idsOfOne(who, sight))))
    .filter((group) => group.length > 0);
}

function idsOfOne(who: Who, sight: Sight): readonly string[] {
  if (who.kind === 'id') return [who.id];
  if (who.kind === 'all') return sight.peers;
  if (who.kind === 'allBut') {
    const but = idsOfOne(who.who, sight);
    return sight.peers.filter((id) => !but.includes(id));
  }
  if (who.kind === 'rest') throw new RangeError('rest has a meaning in the groups of a partition only');
  if (who.kind === 'variable') return remembered(who.name, who.plus, sight);
  if (sight.leader === null) throw new RangeError(`${who.kind}: there is no leader now`);
  return who.kind === 'leader' ? [sight.leader] : sight.peers.filter((id) => id !== sight.leader);
}

function remembered(name: string, plus: number, { peers, variable }: Sight): readonly string[] {
  const value = variable(name);
  const ids = Array.isArray(value) ? (value as string[]) : [String(value)];
  const strange = ids.find((id) => !peers.includes(id));
  if (strange !== undefined) throw new RangeError(`$${name} is ${strange}, which is no peer`);
  return ids.map((id) => peers[(peers.indexOf(id) + plus) % peers.length] ?? id);
}
