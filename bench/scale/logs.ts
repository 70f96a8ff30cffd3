import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Child } from '../support/Child.ts';
import type { Memory } from '../support/memory.ts';
import type { Progress } from '../support/Progress.ts';

export interface LogQuestion {
  readonly directory: string;
  readonly entries: number;
  readonly relay: string;
}

/** Times from the start of the peer, in a process that is there. */
export interface LogStart extends Memory {
  /** Until the store was read. */
  readonly openedMs: number;
  /** Until it leads and has applied all of it. */
  readonly appliedMs: number;
}

export interface LogResult extends LogStart {
  readonly entries: number;
  /** Why there are no figures. */
  readonly trouble?: string;
}

const WITHIN_MS = 1_200_000;
/** A log in memory takes more than Node allows itself from some millions of entries on. */
const HEAP_MIB = 16_384;
const NONE: LogStart = { openedMs: NaN, appliedMs: NaN, residentBytes: NaN, peakBytes: NaN };

export function logSeconds(entries: number): number {
  return 1 + entries / 40_000;
}

/** A peer that starts on a store with a log of so many entries of 100 bytes and no snapshot. */
export async function measureLog(entries: number, progress: Progress): Promise<LogResult> {
  progress.step('log', `${entries} entries`, logSeconds(entries));
  const directory = mkdtempSync(join(tmpdir(), 'whitewater-bench-'));
  // Nobody listens there: one voter needs nobody.
  const question: LogQuestion = { directory: join(directory, 'p1'), entries, relay: 'http://127.0.0.1:9' };
  const run = async <Answer>(what: 'fill' | 'start'): Promise<Answer> => {
    const args = [JSON.stringify(question)];
    const execArgv = [`--max-old-space-size=${HEAP_MIB}`];
    const child = await Child.start(new URL('./logProcess.js', import.meta.url), { args, execArgv });
    return child.ask(what, WITHIN_MS).finally(() => child.stop()) as Promise<Answer>;
  };
  try {
    await run('fill');
    return { entries, ...(await run<LogStart>('start')) };
  } catch (error) {
    return { entries, ...NONE, trouble: error instanceof Error ? error.message : String(error) };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
