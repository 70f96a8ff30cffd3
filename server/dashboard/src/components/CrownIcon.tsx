import { crownPath } from '../geometry/shapes.ts';

interface CrownIconProps {
  readonly kind: 'full' | 'hollow';
  /** Its width in CSS pixels. */
  readonly size: number;
}

/** The crown on its own, for text. */
export function CrownIcon({ kind, size }: CrownIconProps) {
  const height = size * 0.62;
  return (
    <svg
      class="crown-icon"
      width={size}
      height={height + 4}
      viewBox={`${-size / 2 - 2} ${-height - 2} ${size + 4} ${height + 4}`}
      aria-hidden="true"
    >
      <path class="crown" data-kind={kind} d={crownPath(size)} />
    </svg>
  );
}
