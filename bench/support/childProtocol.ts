/** What a process under measurement says to the bench over Node's IPC channel. */
export type FromChild =
  | { readonly type: 'ready'; readonly port: number }
  | { readonly type: 'failed'; readonly message: string }
  | ({ readonly type: 'usage' } & Usage)
  | { readonly type: 'answer'; readonly answer: unknown };

/** What the bench asks of it. Closing the channel asks it to stop. */
export type ToChild = { readonly type: 'usage' } | { readonly type: 'ask'; readonly question: unknown };

/** Both are counted from arbitrary points in the process: only differences mean anything. */
export interface Usage {
  /** CPU time of all its threads, user and system, in milliseconds. */
  readonly cpuMs: number;
  readonly atMs: number;
}

/**
 * The child's side: starts, answers questions, and stops when the bench closes the channel or is gone.
 * @param start gives the port on which others reach it; 0 for a process that does not listen
 * @param answer answers what the bench asks besides
 */
export async function serveBench(
  start: () => Promise<number>,
  close: () => Promise<void>,
  answer?: (question: unknown) => Promise<unknown>,
): Promise<void> {
  const say = (message: FromChild): void => {
    if (process.connected) process.send?.(message);
  };
  process.on('message', (message: ToChild) => {
    if (message.type === 'usage') return say({ type: 'usage', ...usageNow() });
    const answered = answer?.(message.question) ?? Promise.reject(new Error('this process answers no questions'));
    answered.then(
      (answer) => say({ type: 'answer', answer }),
      (error: unknown) => say({ type: 'failed', message: messageOf(error) }),
    );
  });
  process.on('disconnect', () => void close().finally(() => process.exit(0)));
  try {
    say({ type: 'ready', port: await start() });
  } catch (error) {
    say({ type: 'failed', message: messageOf(error) });
  }
}

export function usageNow(): Usage {
  const { user, system } = process.cpuUsage();
  return { cpuMs: (user + system) / 1000, atMs: performance.now() };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
