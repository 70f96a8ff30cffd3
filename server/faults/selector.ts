import type { Selector, SelectorWord } from '../../shared/http/Rule.ts';
import type { JudgedEndpoint } from './JudgedEndpoint.ts';

/** Whom one end of a rule means. `roles` are asked at each frame; the rest changes only when a client turns out to be a peer. */
export interface CompiledSelector {
  /** Whether it can mean the endpoint at all: by its id, or by being a peer or a client. */
  readonly mayMean: (endpoint: JudgedEndpoint) => boolean;
  /** What the endpoint has to be at the moment, besides. */
  readonly roles: readonly string[] | undefined;
}

const ANY: CompiledSelector = { mayMean: () => true, roles: undefined };

const WORDS: Readonly<Record<SelectorWord, CompiledSelector>> = {
  '*': ANY,
  peer: { mayMean: ({ isClient }) => !isClient, roles: undefined },
  client: { mayMean: ({ isClient }) => isClient, roles: undefined },
  leader: role('leader'),
  follower: role('follower'),
  // Who asks whether it may stand for election is a candidate to everybody else (thesis, 9.6).
  candidate: role('candidate', 'preCandidate'),
  learner: role('learner'),
};

function role(...roles: readonly string[]): CompiledSelector {
  return { mayMean: ({ isClient }) => !isClient, roles };
}

export function compileSelector(selector: Selector): CompiledSelector {
  if (typeof selector !== 'string') {
    const ids = new Set<string>(selector);
    return { mayMean: ({ id }) => ids.has(id), roles: undefined };
  }
  if (isSelectorWord(selector)) return WORDS[selector];
  return { mayMean: ({ id }) => id === selector, roles: undefined };
}

/** Whether the endpoint is at the moment what the selector asks for, if it asks for something that changes. */
export function isNow({ roles }: CompiledSelector, endpoint: JudgedEndpoint): boolean {
  return roles === undefined || (endpoint.role !== undefined && roles.includes(endpoint.role));
}

export function isSelectorWord(text: string): text is SelectorWord {
  return Object.hasOwn(WORDS, text);
}

/** The endpoints that it names by their ids, with the place of each within the selector: empty, or `/3`. */
export function idsNamedBy(selector: Selector): { readonly id: string; readonly place: string }[] {
  if (typeof selector !== 'string') return selector.map((id, at) => ({ id, place: `/${at}` }));
  return isSelectorWord(selector) ? [] : [{ id: selector, place: '' }];
}
