import { crownPath } from '../../geometry/shapes.ts';

/** Stands on a leader's head: full when it can commit, hollow when it merely believes it leads. */
export function Crown({ kind, radius }: { readonly kind: 'full' | 'hollow'; readonly radius: number }) {
  return (
    <path class="crown" data-kind={kind} d={crownPath(radius * 0.92)} transform={`translate(0 ${-radius * 1.02})`} />
  );
}
