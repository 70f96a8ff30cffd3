import { messageOf } from './messageOf.ts';
import type { Outcome } from './Sessions.ts';

/**
 * The outcome with a result that nobody else holds: as JSON carries it, so that it is the same before and after a snapshot. A state
 * machine may return an object of its state, which later commands change; the answer to a repeated request must not change with it,
 * and a replica that restored a snapshot must not have another one.
 */
export function ownOutcome(outcome: Outcome): Outcome {
  if (outcome.type !== 'result') return outcome;
  const { result } = outcome;
  if (isCarriedAsItIs(result)) return outcome;
  // Most results are small and flat, and every replica pays for each.
  if (isFlat(result)) return { type: 'result', result: { ...result } };
  try {
    const text = JSON.stringify(result) as string | undefined;
    return { type: 'result', result: text === undefined ? null : (JSON.parse(text) as unknown) };
  } catch (error) {
    // Not what the machine refused, since it took effect; and the peer goes on, for every replica finds the same.
    return { type: 'resultNotJson', message: messageOf(error) };
  }
}

/** An object that JSON gives back as it is: of the plain kind, with values that are. */
function isFlat(result: unknown): result is Readonly<Record<string, unknown>> {
  if (typeof result !== 'object' || result === null || Object.getPrototypeOf(result) !== Object.prototype) return false;
  // Its prototype is of no interest here: it has nothing that this finds. And a list of the values costs three times as much.
  for (const key in result) if (!isCarriedAsItIs((result as Record<string, unknown>)[key])) return false;
  return Object.getOwnPropertySymbols(result).length === 0;
}

function isCarriedAsItIs(value: unknown): boolean {
  if (typeof value === 'string' || typeof value === 'boolean' || value === null) return true;
  // JSON has no minus zero.
  return typeof value === 'number' && Number.isFinite(value) && !Object.is(value, -0);
}
