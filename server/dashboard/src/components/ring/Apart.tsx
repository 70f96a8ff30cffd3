interface ApartProps {
  readonly x: number;
  readonly top: number;
  readonly count: number;
  /** Of a voter's body, in CSS pixels. */
  readonly radius: number;
}

/** The heading over those that get the log and have no vote. */
export function Apart({ x, top, count, radius }: ApartProps) {
  return (
    <text class="apart-title" x={x} y={top} font-size={Math.max(11, Math.min(15, radius * 0.28))} aria-hidden="true">
      {count === 1 ? 'no vote' : 'no votes'}
    </text>
  );
}
