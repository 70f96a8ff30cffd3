import type { WhitewaterError } from '../shared/errors.ts';
import type { PeerId } from '../shared/ids.ts';
import type { Operation } from '../shared/messages/ClientRequest.ts';
import type { Order } from './AnswerOrder.ts';

/** A request, from its making to its answer. */
export interface Request {
  /** As it is when it is sent, which may be several times. */
  operation(): Operation;
  /** Of the command, the query or the change in it, as JSON. */
  readonly characters: number;
  /** To be asked; the leader by default. `anyone`: whoever answers. */
  readonly to: PeerId | 'anyone' | undefined;
  /** Whether it can take effect at all: what only reads is a definite failure when no answer comes. */
  readonly hasEffect: boolean;
  readonly timeoutMs: number;
  resolve(value: unknown): void;
  reject(error: Error): void;
}

/** How far a request has come. */
export interface Pending {
  readonly request: Request;
  readonly endMs: number;
  /** It has its answer, or nobody waits for one any more. */
  isOver: boolean;
  /** It waits to be sent. */
  isUnsent: boolean;
  /** Each sending has a number of its own: copies that left, and that nobody has refused for certain. */
  openCopies: number[];
  copiesSent: number;
  /** In which its answer is to come, by its peer's habit. */
  order: Order | undefined;
  /** Since when its peer has answered requests that were sent later; undefined when it has not. */
  overtakenAtMs: number | undefined;
  /** How often it was asked again for that. */
  hastenings: number;
  /** Who has the newest copy; undefined while the request waits to be sent. */
  askedPeer: PeerId | undefined;
  /** Which process of that peer. */
  askedInstance: string | undefined;
  askedAtMs: number;
  /** Not to be sent before. */
  notBeforeMs: number;
  /** How many copies came to nothing. */
  failures: number;
  lastError: WhitewaterError | undefined;
}

export function pendingOf(request: Request, nowMs: number): Pending {
  return {
    request,
    endMs: nowMs + request.timeoutMs,
    isOver: false,
    isUnsent: false,
    openCopies: [],
    copiesSent: 0,
    order: undefined,
    overtakenAtMs: undefined,
    hastenings: 0,
    askedPeer: undefined,
    askedInstance: undefined,
    askedAtMs: 0,
    notBeforeMs: 0,
    failures: 0,
    lastError: undefined,
  };
}
