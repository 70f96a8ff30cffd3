import { setTimeout as after } from 'node:timers/promises';
import { readFileSync, writeFileSync } from 'node:fs';

/** What a process takes of the machine's memory, in bytes. Linux only: elsewhere nothing says how much it was at most. */
export interface Memory {
  readonly residentBytes: number;
  /** The most since the process began, or since `forgetPeak`. */
  readonly peakBytes: number;
}

/** Collects what is garbage. Needs `--expose-gc`. */
export async function collectGarbage(): Promise<void> {
  if (globalThis.gc === undefined) throw new Error('this process was not started with --expose-gc');
  globalThis.gc();
  // What the first one finalised is free after the second.
  await after(200);
  globalThis.gc();
}

export function memoryNow(): Memory {
  const status = readFileSync('/proc/self/status', 'utf8');
  return { residentBytes: kibibytes(status, 'VmRSS') * 1024, peakBytes: kibibytes(status, 'VmHWM') * 1024 };
}

/** From now on the peak is counted anew (proc(5), clear_refs). */
export function forgetPeak(): void {
  writeFileSync('/proc/self/clear_refs', '5');
}

function kibibytes(status: string, name: string): number {
  const found = new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1];
  if (found === undefined) throw new Error(`/proc/self/status does not say ${name}: this bench needs Linux`);
  return Number(found);
}
