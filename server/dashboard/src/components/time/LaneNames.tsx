import type { Signal } from '@preact/signals';
import type { Lane } from '../../model/time/lanes.ts';
import { AXIS_PX, laneHeights } from '../../model/time/laneShapes.ts';

interface LaneNamesProps {
  readonly lanes: readonly Lane[];
  readonly chosen: Signal<string | null>;
}

/** Whose lanes these are. */
export function LaneNames({ lanes, chosen }: LaneNamesProps) {
  const heights = laneHeights(lanes).slice(1);
  return (
    <ul class="lane-names" aria-label="Lanes" style={{ paddingTop: `${AXIS_PX}px` }}>
      {lanes.map(({ id, title }, at) => (
        <li key={id} style={{ height: `${heights[at]}px` }} data-chosen={chosen.value === id}>
          {title}
        </li>
      ))}
    </ul>
  );
}
