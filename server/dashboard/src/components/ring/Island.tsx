import type { Ellipse, Stretch } from '../../geometry/ring.ts';
import { bandOf } from '../../geometry/shapes.ts';

interface IslandProps {
  readonly ring: Ellipse;
  readonly stretch: Stretch;
  /** Of a peer's body, in CSS pixels. */
  readonly radius: number;
  readonly group: number;
}

/** The ground on which the members of a group stand together. */
export function Island({ ring, stretch, radius, group }: IslandProps) {
  const path = bandOf(ring, stretch);
  return (
    <g class="island" data-group={group % 6} aria-hidden="true">
      <path class="island-shore" d={path} stroke-width={radius * 3.1 + 3} />
      <path class="island-ground" d={path} stroke-width={radius * 3.1} />
    </g>
  );
}
