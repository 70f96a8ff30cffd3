import type { Condition } from '../../client/scenario/conditionTypes.ts';
import { parseCondition } from '../../client/scenario/parseCondition.ts';
import type { Scope } from '../../client/scenario/who.ts';
import type { Place } from './Place.ts';

/** The conditions of a step, one or a list. */
export function readConditions(place: Place, scope: Scope): Condition[] {
  return place.several().flatMap(
    (one) =>
      one.attempt(() => {
        const text = one.text('a condition');
        return one.guard(() => parseCondition(text, scope));
      }) ?? [],
  );
}
