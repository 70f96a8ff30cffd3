import type { Socket } from 'node:net';
import { WhitewaterError } from '../../shared/errors.ts';
import type { RelayApp } from './RelayApp.ts';

/** Requests of one connection that have no answer yet; with a further one it is closed. */
const UNANSWERED_MAX = 16;

/** What one connection asks for, and the end of the answer to the last of it. */
interface Line {
  unanswered: number;
  last: Promise<void>;
}

/**
 * Answers the requests of one connection one after the other, each when the answer before it has left. A client may send the next ones
 * before it has read that (RFC 9112, 9.3.2); answered at once, a kilobyte of requests would hold as many megabytes of answers in
 * memory, and everybody up, until somebody reads them.
 */
export function answerOneAtATime(app: RelayApp): void {
  const lines = new WeakMap<Socket, Line>();
  app.addHook('onRequest', async ({ raw: { socket } }, reply) => {
    const line = lines.get(socket) ?? { unanswered: 0, last: Promise.resolve() };
    lines.set(socket, line);
    // The connection's own end closes an answer as well.
    const answered = new Promise<void>((resolve) => reply.raw.once('close', resolve));
    const before = line.last;
    line.last = answered;
    line.unanswered += 1;
    void answered.then(() => (line.unanswered -= 1));
    if (line.unanswered > UNANSWERED_MAX) {
      const message = `${UNANSWERED_MAX} requests of this connection have no answer yet: read what comes before you send more`;
      throw new WhitewaterError('RATE_LIMITED', message);
    }
    await before;
  });
}
