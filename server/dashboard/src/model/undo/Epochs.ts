/** The epochs of the faults before and after a deed. */
export interface Epochs {
  readonly before: number;
  readonly after: number;
  /** More was changed between the two than the deed itself did: putting back what was before would undo that too. */
  readonly isContested: boolean;
}

/** The epoch that the faults must still have for a deed to be undone unasked: one that is long over when it is contested. */
export function guardOf({ before, after, isContested }: Epochs): number {
  return isContested ? before : after;
}

/**
 * An undone deed leads to a new epoch in which the faults are as they were in an older one. Whoever held the older one for the
 * newest holds the new one from then on: only what somebody else changed makes a difference.
 */
export function renamed(epochs: Epochs | null, from: number, to: number): Epochs | null {
  if (epochs === null) return null;
  const name = (epoch: number): number => (epoch === from ? to : epoch);
  return { ...epochs, before: name(epochs.before), after: name(epochs.after) };
}

/** The epoch that an answer of the relay tells: of all faults, of a cluster, or of one rule; null when it tells none. */
export function epochIn(answer: unknown): number | null {
  if (!isObject(answer)) return null;
  const { epoch, sinceEpoch, faults } = answer;
  const found = epoch ?? (isObject(faults) ? faults['epoch'] : undefined) ?? sinceEpoch;
  return typeof found === 'number' ? found : null;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
