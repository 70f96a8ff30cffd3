const listeners = new Set<() => void>();
let isGone = false;
let lostBecause: string | undefined;
let isLog = false;
const lostListeners = new Set<() => void>();

/** Calls back when nobody reads what this process writes any more; without any such listener the process just ends. */
export function onOutputGone(listener: () => void): void {
  listeners.add(listener);
}

/** What this process prints tells of its work, and is not the work: a relay or a peer outlives a full disk. */
export function outputIsLog(): void {
  isLog = true;
}

/** Calls back when something that was printed could not be written: who only prints may as well end. */
export function onOutputLost(listener: () => void): void {
  lostListeners.add(listener);
}

/** What keeps a line from being written, and may pass: a full disk or quota, a disk in trouble, a reader that is too slow. */
const PASSING: ReadonlySet<string> = new Set(['ENOSPC', 'EDQUOT', 'EIO', 'EAGAIN']);

/**
 * Keeps trouble with the output from being trouble of the process. A reader that goes away
 * (`whitewater status --watch | head -n 1`) is no error: the command ends, and quietly. A full disk that holds the log costs
 * the lines that did not fit, and not the relay or the peer.
 */
export function ignoreOutputErrors(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      const code = error.code ?? '';
      // EIO is how a terminal says that it was closed.
      if (code === 'EPIPE' || (code === 'EIO' && stream.isTTY)) tellGone();
      else if (!PASSING.has(code)) throw error;
      else if (stream === process.stdout) tellLost(error.message);
    });
  }
}

function tellGone(): void {
  if (isGone) return;
  isGone = true;
  if (listeners.size === 0) process.exit(0);
  for (const listener of listeners) listener();
}

function tellLost(why: string): void {
  lostBecause = why;
  for (const listener of lostListeners) listener();
}

/** Why standard output lacks something, of a command that was run for what it prints; undefined when nothing is lost. */
export function lostOutput(): string | undefined {
  return isLog ? undefined : lostBecause;
}

/** Waits until everything written has left this process. */
export async function closeOutput(): Promise<void> {
  await Promise.all([process.stdout, process.stderr].map((stream) => drained(stream)));
  // A file is written at once, and what was wrong with that is told in the next turn.
  await new Promise((resolve) => setImmediate(resolve));
}

function drained(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => {
    if (stream.writableLength === 0 || stream.destroyed) resolve();
    else stream.write('', () => resolve());
  });
}
