/** What a process under measurement says to the bench over Node's IPC channel. */
export type FromChild =
  | { readonly type: 'ready'; readonly port: number }
  | { readonly type: 'failed'; readonly message: string }
  | ({ readonly type: 'usage' } & Usage);

/** What the bench asks of it. Closing the channel asks it to stop. */
export interface ToChild {
  readonly type: 'usage';
}

/** Both are counted from arbitrary points in the process: only differences mean anything. */
export interface Usage {
  /** CPU time of all its threads, user and system, in milliseconds. */
  readonly cpuMs: number;
  readonly atMs: number;
}

/**
 * The child's side: starts, answers questions, and stops when the bench closes the channel or is gone.
 * @param start gives the port on which others reach it; 0 for a process that does not listen
 */
export async function serveBench(start: () => Promise<number>, close: () => Promise<void>): Promise<void> {
  const say = (message: FromChild): void => {
    if (process.connected) process.send?.(message);
  };
  process.on('message', (_question: ToChild) => {
    const { user, system } = process.cpuUsage();
    say({ type: 'usage', cpuMs: (user + system) / 1000, atMs: performance.now() });
  });
  process.on('disconnect', () => void close().finally(() => process.exit(0)));
  try {
    say({ type: 'ready', port: await start() });
  } catch (error) {
    say({ type: 'failed', message: error instanceof Error ? error.message : String(error) });
  }
}
