import type { FailedSeed, SeedsResult } from '../../sim/pool/runSeeds.ts';
import { replayCommand } from '../../sim/replayCommand.ts';
import { drawWorld } from '../../sim/drawWorld.ts';
import { planOf } from '../../sim/runSeed.ts';
import { formatDuration } from '../view/durations.ts';

export interface Summary extends SeedsResult {
  readonly firstSeed: number;
  readonly isInterrupted: boolean;
}

/** What comes of a run of many seeds, for people. */
export function summaryText({ firstSeed, totals, failed, tookMs, isInterrupted }: Summary): string {
  const { seeds, virtualMs, faults, operations, elections, committed } = totals;
  const ended = seeds + failed.length;
  const struck = Object.entries(faults).filter(([, count]) => count > 0);
  const speed = tookMs === 0 ? 0 : virtualMs / tookMs;
  const { answered, unknown, failed: refused } = operations;
  return [
    `seeds       ${ended}, the first is ${firstSeed}; ${failed.length} failed${isInterrupted ? '; interrupted' : ''}`,
    `time        ${formatVirtual(virtualMs)} virtual in ${formatDuration(tookMs)}, ${speed.toFixed(0)} times real time`,
    `faults      ${struck.map(([kind, count]) => `${kind} ${count}`).join(', ') || 'none'}`,
    `operations  ${answered} answered, ${unknown} unknown, ${refused} certainly failed`,
    `elections   ${elections} terms with a leader; ${committed} entries committed`,
    '',
  ].join('\n');
}

/** What went wrong in one seed, and what replays it. */
export function failureText({ options, failure, shrunken }: FailedSeed): string {
  const { atMs, what, stack } = shrunken?.failure ?? failure;
  const smaller = shrunken?.options ?? options;
  const lines = [
    `FAILED  seed ${options.seed}${atMs === undefined ? '' : ` at ${(atMs / 1000).toFixed(3)} s`}: ${what}`,
  ];
  if (stack !== undefined) lines.push(stack);
  if (shrunken !== undefined) {
    const planned = drawWorld(options.seed).clients?.clients ?? 0;
    const clients = `clients ${options.clients ?? planned} to ${smaller.clients ?? planned}`;
    const faults = `faults ${shrunken.faultsBefore} to ${shrunken.options.faults.length}`;
    const time = `${options.faultsMs / 1000} s to ${smaller.faultsMs / 1000} s`;
    lines.push(`shrunk  ${faults}, ${time}, ${clients}, in ${shrunken.tries} runs`);
    for (const { number, kind, atMs: struckMs } of planOf(smaller)) {
      lines.push(`fault   ${number} ${kind} at ${(struckMs / 1000).toFixed(3)} s`);
    }
  }
  lines.push(`replay  ${replayText({ options, failure, shrunken })}`, '');
  return lines.join('\n');
}

export function summaryJson({ firstSeed, totals, failed, tookMs, isInterrupted }: Summary): object {
  const { seeds, virtualMs, faults, operations, elections, committed } = totals;
  return {
    firstSeed,
    seeds: seeds + failed.length,
    passed: failed.length === 0,
    interrupted: isInterrupted,
    virtualMs: Math.round(virtualMs),
    tookMs: Math.round(tookMs),
    speed: Math.round(virtualMs / Math.max(1, tookMs)),
    ...{ faults, operations, elections, committed },
    failures: failed.map((one) => ({
      seed: one.options.seed,
      ...one.failure,
      shrunken: one.shrunken === undefined ? null : { ...one.shrunken.options, tries: one.shrunken.tries },
      replay: replayText(one),
    })),
  };
}

function replayText({ options, shrunken }: FailedSeed): string {
  return `${replayCommand(shrunken?.options ?? options)} --diagram seed-${options.seed}.svg`;
}

/** Such as `3.1 h`: longer than real time mostly is. */
function formatVirtual(ms: number): string {
  if (ms < 120_000) return `${(ms / 1000).toFixed(1)} s`;
  return ms < 7_200_000 ? `${(ms / 60_000).toFixed(1)} min` : `${(ms / 3_600_000).toFixed(1)} h`;
}
