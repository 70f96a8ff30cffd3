import { type Epochs, epochIn } from '../../model/undo/Epochs.ts';
import type { Action, Before, Deed, Inverse } from './Actions.ts';
import type { Sent } from './send.ts';

/**
 * What is known of a deed when its requests are answered.
 * @param before null when it could not be asked for
 * @param epochs those of the deed so far, where it had requests before: a stroke
 */
export function consequencesOf(
  action: Action,
  before: Before | null,
  { outcome, answers }: Sent,
  epochs: Deed['epochs'],
): Partial<Deed> {
  // Of a stroke, what was done before stays, and so does what undoes it.
  if (answers.length === 0) return { action, outcome };
  const done = outcome.kind === 'done' ? action : (action.first ?? action);
  const inverse = inverseOf(done, before, answers.at(-1));
  return { action, outcome, inverse, epochs: epochsOf(action, before, answers, epochs) };
}

function inverseOf(action: Action, before: Before | null, answer: unknown): Inverse {
  return before === null ? { none: 'What was in force before it is not known.' } : action.inverse(before, answer);
}

function epochsOf(
  action: Action,
  before: Before | null,
  answers: readonly unknown[],
  sofar: Epochs | null,
): Deed['epochs'] {
  const after = epochInAny(answers);
  if (before?.network === undefined || after === null) return sofar;
  const known = sofar ?? { before: before.network.epoch, after: before.network.epoch, isContested: false };
  const raised = after - known.after;
  const isOwn = raised >= 0 && raised <= raisesAtMost(action, before);
  return { before: known.before, after, isContested: known.isContested || !isOwn };
}

/** By how much the relay raises the epoch for what one action asks: by one, and by none where it finds nothing to change. */
function raisesAtMost({ method, path }: Action, { network }: Before): number {
  return method === 'DELETE' && path === '/partition' && network?.partition === null ? 0 : 1;
}

/** One request at most of an action concerns the faults. */
export function epochInAny(answers: readonly unknown[]): number | null {
  return answers.map(epochIn).find((epoch) => epoch !== null) ?? null;
}
