import type { DropCause } from '../../../../../shared/http/Traffic.ts';
import type { FrameSeen } from '../history/History.ts';
import { durationText } from '../words.ts';

/** To be read after "dropped:". */
export const DROP_WORDS: Readonly<Record<DropCause, string>> = {
  partition: 'the partition lies between them',
  loss: 'a rule or profile loses frames here',
  rate: 'a rule lets only so many pass',
  disconnect: 'a rule cut the connection',
  removed: 'the rule that held or delayed it was removed, and took it along',
  bufferFull: 'too much is delayed or held',
  absent: 'nobody of that name is connected',
  slowReader: 'too much waits for its receiver, which reads too slowly',
};

/** What became of a frame, in one short sentence for each copy. */
export function fateWords({ sample, ends }: FrameSeen): readonly string[] {
  const { fate, cause, delaysMs = [], timeMs } = sample;
  if (fate === 'delivered') return ['delivered at once'];
  if (fate === 'dropped') return [`dropped: ${cause === undefined ? 'the relay did not say why' : DROP_WORDS[cause]}`];
  return delaysMs.map((delayMs, copy) => {
    const name = delaysMs.length > 1 ? `copy ${copy + 1}: ` : '';
    const end = ends.find((known) => known.copy === copy) ?? null;
    const plan = delayMs === null ? 'held' : delayMs < 1 ? 'sent on at once' : `delayed by ${durationText(delayMs)}`;
    if (end === null) return `${name}${plan}${delayMs === null ? ' until it is released' : ''}`;
    const afterMs = Math.max(0, end.timeMs - timeMs);
    const after = afterMs < 1 ? 'at once' : `after ${durationText(afterMs)}`;
    return end.cause === undefined
      ? `${name}${plan}; arrived ${after}`
      : `${name}${plan}; lost ${after}: ${DROP_WORDS[end.cause]}`;
  });
}

/** In a word or two, for a list. */
export function fateWord({ sample, ends }: FrameSeen): 'delivered' | 'dropped' | 'delayed' | 'held' | 'duplicated' {
  const { fate, delaysMs = [] } = sample;
  if (fate !== 'planned') return fate;
  if (delaysMs.length > 1) return 'duplicated';
  if (ends.length > 0 && ends.every(({ cause }) => cause !== undefined)) return 'dropped';
  return delaysMs[0] === null ? 'held' : 'delayed';
}

/** Rules that struck, as `NAME:FAULT` tells them: "delay by rule slow". */
export function strikeWords(strikes: readonly string[]): readonly string[] {
  return strikes.map((strike) => {
    const [name = strike, fault] = strike.split(':');
    return fault === undefined ? `rule ${name}` : `${fault} by rule ${name}`;
  });
}
