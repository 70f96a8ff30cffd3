import { isErrorCode, WhitewaterError, type ErrorCode } from '../shared/errors.ts';
import type { PeerId } from '../shared/ids.ts';
import type { Reply } from '../shared/messages/ClientReply.ts';
import type { Pending, Request } from './Pending.ts';

/** In its details, how many other copies of the request may have taken effect, or may yet. */
export function errorOf(
  { requestId, code, message, leader }: Extract<Reply, { ok: false }>,
  peer: PeerId,
  openCopies: readonly number[],
): WhitewaterError {
  const otherCopies = openCopies.filter((copy) => copy !== requestId).length;
  return new WhitewaterError(isErrorCode(code) ? code : 'INTERNAL', message, {
    details: { leader, peer, otherCopies },
  });
}

export function tooMany(max: number): WhitewaterError {
  return new WhitewaterError('OVERLOADED', `${max} requests wait already: make them more slowly`);
}

export function unknown(why: string): WhitewaterError {
  return new WhitewaterError('OUTCOME_UNKNOWN', `${why}: whether it took effect, or will, cannot be told`);
}

/** What a request ends with whose time is over. */
export function lateError({ request, lastError, openCopies, copiesSent }: Pending): WhitewaterError {
  const late = `there was no answer within ${request.timeoutMs} ms`;
  const why = lastError === undefined ? '' : `; the last one that came said: ${withoutDoubt(lastError.message)}`;
  if (openCopies.length > 0 && request.hasEffect) return unknown(`${late}${why}`);
  return copiesSent === 0 ? nobody(late, request.to) : new WhitewaterError('TIMED_OUT', `${late}${why}`);
}

/** That its outcome is not known is said of the request as a whole. */
function withoutDoubt(message: string): string {
  return message.replace(/: whether [^:]* cannot be told$/, '');
}

function nobody(late: string, to: Request['to']): WhitewaterError {
  const whom = to === undefined || to === 'anyone' ? 'no peer of this cluster' : `no connected peer ${to}`;
  return new WhitewaterError(
    'NO_PEER',
    `${late}: the relay could not be reached, or knows ${whom}. See that both run, with "whitewater status"`,
  );
}

export function asError(error: Error): WhitewaterError {
  return error instanceof WhitewaterError ? error : new WhitewaterError('INTERNAL', error.message, { cause: error });
}

/** Whether it may be tried again: it did not happen, or it is of a kind that happens once however often it is sent. */
export function isPassing({ code }: WhitewaterError): boolean {
  return PASSING.has(code);
}

const PASSING: ReadonlySet<ErrorCode> = new Set([
  'NOT_LEADER',
  'OVERLOADED',
  'PROPOSAL_LOST',
  'TIMED_OUT',
  'PEER_STOPPED',
  'PEER_RESTARTED',
  'OUTCOME_UNKNOWN',
] satisfies ErrorCode[]);
