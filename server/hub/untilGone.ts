import type { Socket } from 'node:net';

/** Of what a client sends before it is answered. It has nothing to say yet: WebSocket frames come after the handshake. */
const EARLY_BYTES_MAX = 65_536;

/**
 * Watches a socket that waits for its upgrade to be answered, and that nobody reads meanwhile, so that its end would go unnoticed.
 * @param onGone called once, when the other end has closed or reset it, or sends more than it may before it is answered
 * @returns ends the watch, and gives back what came meanwhile
 */
export function untilGone(socket: Socket, onGone: () => void): () => void {
  const early: Buffer[] = [];
  let earlyBytes = 0;
  let isGone = false;
  const gone = (): void => {
    if (isGone) return;
    isGone = true;
    onGone();
  };
  // Not by `data`: a socket that was paused after that would not flow by itself for whoever has it next.
  const onReadable = (): void => {
    for (let bytes = socket.read() as Buffer | null; bytes !== null; bytes = socket.read() as Buffer | null) {
      early.push(bytes);
      earlyBytes += bytes.length;
    }
    if (earlyBytes > EARLY_BYTES_MAX) gone();
  };
  socket.on('readable', onReadable).on('end', gone).on('close', gone).on('error', gone);
  if (socket.destroyed || socket.readableEnded) gone();
  return () => {
    socket.off('readable', onReadable).off('end', gone).off('close', gone);
    // An error that comes between this and whoever has the socket next must not be nobody's.
    setImmediate(() => socket.off('error', gone));
    if (!socket.destroyed && !socket.readableEnded && earlyBytes > 0) socket.unshift(Buffer.concat(early));
  };
}
