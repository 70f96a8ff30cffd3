import { epochIn } from '../../model/undo/Epochs.ts';
import type { Action, Before, Deed, Inverse } from './Actions.ts';

/** What undoes an action that is done. @param before null when it could not be asked for */
export function inverseOf(action: Action, before: Before | null, answer: unknown): Inverse {
  return before === null ? { none: 'What was in force before it is not known.' } : action.inverse(before, answer);
}

/** One rule tells the epoch since which it is so, which is an older one when nothing had to change. */
export function epochsOf(before: Before | null, answer: unknown): Deed['epochs'] {
  const after = epochIn(answer);
  if (before?.network === undefined || after === null) return null;
  return { before: before.network.epoch, after: Math.max(before.network.epoch, after) };
}
