import { CLIENT_MESSAGES, CONTROL_MESSAGES, isRequestType, RAFT_MESSAGES } from '../../shared/protocol.ts';

/** A Raft message is a call or the answer to one; `client`: between a client and a peer; `control`: between an endpoint and the relay. */
export type MessageKind = 'request' | 'reply' | 'client' | 'control';

/** The kinds of all messages of the protocol. A type that is not here belongs to some other application. */
export const MESSAGE_KINDS: ReadonlyMap<string, MessageKind> = new Map([
  ...Object.keys(RAFT_MESSAGES).map((type) => [type, isRequestType(type) ? 'request' : 'reply'] as const),
  ...Object.keys(CLIENT_MESSAGES).map((type) => [type, 'client'] as const),
  ...Object.keys(CONTROL_MESSAGES).map((type) => [type, 'control'] as const),
]);
