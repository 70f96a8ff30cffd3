import { isErrorCode, WhitewaterError } from '../shared/errors.ts';
import type { PeerId } from '../shared/ids.ts';
import type { Reply } from '../shared/messages/ClientReply.ts';

/** @param copiesSent in its details: with one copy only, nothing can have happened before the answer */
export function errorOf(
  { code, message, leader }: Extract<Reply, { ok: false }>,
  peer: PeerId,
  copiesSent: number,
): WhitewaterError {
  return new WhitewaterError(isErrorCode(code) ? code : 'INTERNAL', message, { details: { leader, peer, copiesSent } });
}

export function tooMany(max: number): WhitewaterError {
  return new WhitewaterError('OVERLOADED', `${max} requests wait already: make them more slowly`);
}

export function unknown(why: string): WhitewaterError {
  return new WhitewaterError('OUTCOME_UNKNOWN', `${why}: whether it took effect, or will, cannot be told`);
}

export function nobody(late: string): WhitewaterError {
  return new WhitewaterError(
    'NO_PEER',
    `${late}: the relay could not be reached, or knows no peer of this cluster. See that both run, with "whitewater status"`,
  );
}

export function asError(error: Error): WhitewaterError {
  return error instanceof WhitewaterError ? error : new WhitewaterError('INTERNAL', error.message, { cause: error });
}
