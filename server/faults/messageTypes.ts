import {
  CLIENT_MESSAGES,
  isClientMessageType,
  isRaftMessageType,
  isRequestType,
  RAFT_MESSAGES,
} from '../../shared/protocol.ts';
import { TYPE_WORDS } from '../../shared/http/Rule.ts';

type TypeWord = (typeof TYPE_WORDS)[number];

const ENDPOINT_TYPES: readonly string[] = [...Object.keys(RAFT_MESSAGES), ...Object.keys(CLIENT_MESSAGES)];

const MEANT: Readonly<Record<TypeWord, (type: string) => boolean>> = {
  '@requests': isRequestType,
  '@replies': (type) => isRaftMessageType(type) && !isRequestType(type),
  '@client': isClientMessageType,
};

/** What `types` of a rule may name: the messages that faults apply to, and the words for kinds of them. */
export const LEGAL_TYPES: readonly string[] = [...TYPE_WORDS, ...ENDPOINT_TYPES];

/** The types that a rule's list means, words replaced by what they stand for. */
export function typesMeant(names: readonly string[]): ReadonlySet<string> {
  return new Set(names.flatMap((name) => (isTypeWord(name) ? ENDPOINT_TYPES.filter(MEANT[name]) : [name])));
}

function isTypeWord(name: string): name is TypeWord {
  return Object.hasOwn(MEANT, name);
}
