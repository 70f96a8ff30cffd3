import type { FastifyReply } from 'fastify';
import { WhitewaterError } from '../../shared/errors.ts';
import { Type } from '../../shared/schema.ts';

/** The longest that a request may ask to wait. */
const TIMEOUT_MS_MAX = 60_000;

/** Numbers in a query are text, and nothing of a request is converted behind its back. */
export const TimeoutText = Type.Optional(
  Type.String({ pattern: '^[0-9]{1,5}$', description: `Milliseconds, 1 to ${TIMEOUT_MS_MAX}` }),
);

/** @throws {WhitewaterError} REQUEST_INVALID */
export function timeoutMsOf(text: string | undefined, fallback: number): number {
  if (text === undefined) return fallback;
  const timeoutMs = Number(text);
  if (timeoutMs >= 1 && timeoutMs <= TIMEOUT_MS_MAX) return timeoutMs;
  throw new WhitewaterError('REQUEST_INVALID', `timeoutMs is ${timeoutMs}: give 1 to ${TIMEOUT_MS_MAX}`);
}

/** Ends when the caller hangs up, or has its answer. */
export function untilClosed(reply: FastifyReply): AbortSignal {
  const controller = new AbortController();
  whenClosed(reply, () => controller.abort(new WhitewaterError('CLIENT_CLOSED', 'the caller hung up')));
  return controller.signal;
}

/** Once the caller hung up, or has its answer; at once, if that was before the request came to be handled. */
export function whenClosed({ raw }: FastifyReply, callback: () => void): void {
  if (raw.destroyed || raw.closed) callback();
  else raw.once('close', callback);
}
