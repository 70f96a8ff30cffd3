import { agoText, clockText } from '../../model/words.ts';
import { STRETCH_MS_MAX, STRETCH_MS_MIN } from '../../model/time/spaceTime.ts';
import type { Store } from '../../state/Store.ts';

/** Opens a stretch of time as a space-time diagram; one that is too long keeps its end where it is, and one too short its middle. */
export function chooseStretch({ view, history, announce }: Store, oneMs: number, otherMs: number): void {
  const extent = history.extent.peek();
  if (extent === null || Number.isNaN(oneMs + otherMs)) return;
  const untilMs = Math.min(extent.untilMs, Math.max(oneMs, otherMs));
  const askedMs = untilMs - Math.max(extent.fromMs, Math.min(oneMs, otherMs));
  const lengthMs = Math.max(STRETCH_MS_MIN, Math.min(STRETCH_MS_MAX, askedMs));
  const endMs = askedMs < STRETCH_MS_MIN ? untilMs + (STRETCH_MS_MIN - askedMs) / 2 : untilMs;
  view.range.value = { fromMs: endMs - lengthMs, untilMs: endMs };
  announce(`The diagram shows ${agoText(lengthMs)} from ${clockText(endMs - lengthMs)} on`);
}
