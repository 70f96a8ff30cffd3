import { jsonCopy } from '../../shared/jsonCopy.ts';
import { messageOf } from './messageOf.ts';
import type { Outcome } from './Sessions.ts';

/**
 * The outcome with a result that nobody else holds: as JSON carries it, so that it is the same before and after a snapshot. A state
 * machine may return an object of its state, which later commands change; the answer to a repeated request must not change with it,
 * and a replica that restored a snapshot must not have another one.
 */
export function ownOutcome(outcome: Outcome): Outcome {
  if (outcome.type !== 'result') return outcome;
  try {
    return { type: 'result', result: jsonCopy(outcome.result) ?? null };
  } catch (error) {
    // Not what the machine refused, since it took effect; and the peer goes on, for every replica finds the same.
    return { type: 'resultNotJson', message: messageOf(error) };
  }
}
