import { termColourOf } from '../../model/termColour.ts';

interface TermBandProps {
  readonly term: number | null;
  readonly radius: number;
}

/** The term as a colour round the peer: who has the same colour is in the same term. */
export function TermBand({ term, radius }: TermBandProps) {
  return <circle class="term-band" data-term={termColourOf(term)} r={radius * 1.12} stroke-width={radius * 0.12} />;
}
