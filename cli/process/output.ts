const listeners = new Set<() => void>();
let isGone = false;

/** Calls back when nobody reads what this process writes any more; without any such listener the process just ends. */
export function onOutputGone(listener: () => void): void {
  listeners.add(listener);
}

/** A reader that goes away (`whitewater status --watch | head -n 1`) is no error: the command ends, and quietly. */
export function ignoreBrokenPipes(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      // EIO is how a terminal says that it was closed.
      if (error.code !== 'EPIPE' && error.code !== 'EIO') throw error;
      if (isGone) return;
      isGone = true;
      if (listeners.size === 0) process.exit(0);
      for (const listener of listeners) listener();
    });
  }
}

/** Waits until everything written has left this process. */
export async function closeOutput(): Promise<void> {
  await Promise.all([process.stdout, process.stderr].map((stream) => drained(stream)));
}

function drained(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => {
    if (stream.writableLength === 0 || stream.destroyed) resolve();
    else stream.write('', () => resolve());
  });
}
