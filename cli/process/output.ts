/**
 * A reader that went away (`whitewater status --watch | head -1`) is no error: the command ends, and quietly. Commands that
 * have something to clean up listen for it themselves.
 */
export function ignoreBrokenPipes(): void {
  let isTold = false;
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE' && error.code !== 'EIO') throw error;
      // Nobody reads any more. A command that runs on stops as if its terminal had gone.
      if (process.listenerCount('SIGHUP') === 0) process.exit(0);
      if (!isTold) process.emit('SIGHUP', 'SIGHUP');
      isTold = true;
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
