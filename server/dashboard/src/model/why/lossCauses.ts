import type { LostFrame } from './Trail.ts';

/** What lost a frame, to be read after "it was lost". */
export const LOSS_CAUSES: Readonly<Record<NonNullable<LostFrame['cause']>, string>> = {
  partition: 'a partition stood between the two',
  loss: 'it was lost by chance, as a rule wants it',
  rate: 'its link had no room left: more came than passes',
  disconnect: 'a rule closed the connection with it',
  removed: 'the rule that delayed or held it went, and took it along',
  bufferFull: 'too much waited already',
  absent: 'its receiver was not connected',
  slowReader: 'its receiver takes too slowly what waits for it',
};

const OF_RULES: ReadonlySet<LostFrame['cause']> = new Set<LostFrame['cause']>([
  'loss',
  'rate',
  'disconnect',
  'removed',
]);

/** A rule may have struck a frame, delayed it for instance, that something else lost. */
export function isLostByRule({ cause, strikes }: LostFrame): boolean {
  return strikes.length > 0 && (cause === null || OF_RULES.has(cause));
}
