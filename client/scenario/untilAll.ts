import { describeView } from '../untilView.ts';
import { WhitewaterError } from '../../shared/errors.ts';
import type { ClusterView } from '../../shared/http/ClusterView.ts';
import type { Condition } from './conditionTypes.ts';
import type { Verdict } from './Verdict.ts';
import { holds, isAsked } from './holds.ts';
import type { Ground } from './Stage.ts';
import { Wait } from './Wait.ts';

/** A relay that does not answer must not hang the run: beyond the last deadline it is waited for so much longer at most. */
export const MARGIN_MS = 10_000;
/** How long a look at a key may take; less while other conditions, whose times go on, are not true yet. */
const KEY_MS = 1000;
const KEY_MS_MEANWHILE = 200;

/**
 * Waits until all conditions are true at once, each of which has to become true in its own time, and to stay so for its own.
 * @param onLook told after each look
 * @returns what was seen
 * @throws {WhitewaterError} TIMED_OUT with the condition that was late, and what was seen last
 */
export async function untilAll(
  conditions: readonly Condition[],
  ground: Ground,
  signal: AbortSignal,
  onLook: (waits: readonly Wait[]) => void = () => undefined,
): Promise<string> {
  const startedMs = performance.now();
  const waits = conditions.map((condition) => new Wait(condition, startedMs));
  const endMs = Math.max(...waits.map((wait) => wait.endMs));
  const what = conditions.map(({ text }) => text).join('; ');
  await ground.network.until(
    async (view) => {
      if (signal.aborted) return true;
      await look(waits, ground, view);
      onLook(waits);
      const nowMs = performance.now();
      const late = waits.find((wait) => wait.isLate(nowMs));
      if (late !== undefined) throw timedOut(late.withinMs, late.condition.text, late.seen, view);
      if (waits.every((wait) => wait.isMet && wait.holdsAt(nowMs))) return true;
      if (nowMs > endMs) throw timedOut(Math.round(endMs - startedMs), `${what}, all at once`, seenOf(waits), view);
      return seenOf(waits);
    },
    { withinMs: endMs - startedMs + MARGIN_MS, what },
  );
  return `${seenOf(waits)}, after ${Math.round(performance.now() - startedMs)} ms`;
}

/** What the view tells first; requests take their time, and those that were met once are asked again only when all else is true. */
async function look(waits: readonly Wait[], ground: Ground, view: ClusterView): Promise<void> {
  const seen = waits.filter(({ condition }) => !isAsked(condition.claim));
  const asked = waits.filter(({ condition }) => isAsked(condition.claim));
  const nowMs = performance.now();
  for (const wait of seen) wait.note(await judge(wait.condition, ground, view), nowMs);
  const isElseTrue = seen.every((wait) => wait.holdsAt(nowMs));
  const timeoutMs = isElseTrue ? KEY_MS : KEY_MS_MEANWHILE;
  const due = isElseTrue ? asked : asked.filter(({ isMet }) => !isMet);
  await Promise.all(
    due.map(async (wait) => wait.note(await judge(wait.condition, ground, view, timeoutMs), performance.now())),
  );
}

/** What cannot be told yet, such as who follows a leader that there is not, is not true yet. */
export async function judge(
  { claim }: Pick<Condition, 'claim'>,
  ground: Ground,
  view: ClusterView,
  timeoutMs: number = KEY_MS,
): Promise<Verdict> {
  try {
    return await holds(claim, ground, view, timeoutMs);
  } catch (error) {
    if (error instanceof RangeError) return { isTrue: false, seen: error.message };
    throw error;
  }
}

function seenOf(waits: readonly Wait[]): string {
  return waits.map(({ seen }) => seen).join('; ');
}

function timedOut(withinMs: number, what: string, seen: string, view: ClusterView): WhitewaterError {
  const message = `waited ${withinMs} ms in vain for ${what}; last seen: ${seen}; ${describeView(view)}`;
  return new WhitewaterError('TIMED_OUT', message, { details: { view } });
}
