import { connect } from 'node:net';

/** How long a relay may say nothing to what is no whole request: it waits for the rest, and nothing comes of that. */
const SILENT_MS_MAX = 20;

/** Sends it, and waits until the relay has closed the socket or has answered, or has waited long enough for more. */
export function sendRaw(port: number, text: string): Promise<void> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(text));
    const end = (): void => {
      socket.destroy();
      resolve();
    };
    socket.setTimeout(SILENT_MS_MAX, end);
    socket.on('data', end);
    socket.on('error', end);
    socket.on('close', end);
  });
}
