import { termColourOf } from '../../model/termColour.ts';

interface TermPillProps {
  readonly term: number | null;
  /** Of the peer's body, in CSS pixels. */
  readonly radius: number;
  /** Of its text, in CSS pixels. */
  readonly sizeMin: number;
}

/** The term as a number, on the band of the same colour. */
export function TermPill({ term, radius, sizeMin }: TermPillProps) {
  if (term === null) return null;
  const text = `term ${term}`;
  const size = Math.max(10.5, radius * 0.28, Math.min(sizeMin, radius * 0.36));
  const width = text.length * size * 0.56 + size * 1.1;
  const height = size * 1.55;
  return (
    <g class="term-pill" data-term={termColourOf(term)} transform={`translate(0 ${(radius * 1.12).toFixed(1)})`}>
      <rect x={-width / 2} y={-height / 2} width={width} height={height} rx={height / 2} />
      <text y={size * 0.36} font-size={size}>
        {text}
      </text>
    </g>
  );
}
