import { type Look, parseLookAt, parseLookQuestion } from '../../client/scenario/Look.ts';
import type { Scope } from '../../client/scenario/who.ts';
import type { Place } from './Place.ts';

/** `{ at, text, ask? }`: what a page shows when the step is done. */
export function readLook(place: Place, scope: Scope): Look {
  const fields = place.fields(['at', 'text', 'ask'], 'something to look at');
  const at = fields.need('at').attempt((one) => {
    const text = one.text('what to look at');
    return one.guard(() => parseLookAt(text, scope));
  }) ?? { kind: 'ring' };
  return {
    at,
    text: fields.need('text').attempt((one) => one.text('what is to be seen')) ?? '',
    ask: fields.get('ask')?.attempt((one) => {
      const ask = one.text('a question');
      return one.guard(() => parseLookQuestion(ask, at));
    }),
  };
}
