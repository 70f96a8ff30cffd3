import type { HistoryEvent, Operation } from './History.ts';

/**
 * Gives every operation the number of a process that does one thing at a time, as Jepsen counts them: a client keeps its process until
 * an operation of it is open, which ends the process, or until it does two things at once, which needs two.
 */
export function processesOf(
  operations: readonly Operation<unknown, unknown>[],
  events: readonly HistoryEvent[],
): readonly number[] {
  const free = new Map<string, number[]>();
  const processes: number[] = [];
  let count = 0;
  for (const { kind, operation } of events) {
    const client = operations[operation]?.client ?? '';
    const ofClient = free.get(client) ?? [];
    free.set(client, ofClient);
    if (kind === 'return') {
      ofClient.push(processes[operation] ?? 0);
      continue;
    }
    const process = ofClient.pop() ?? count;
    if (process === count) count += 1;
    processes[operation] = process;
  }
  return processes;
}
