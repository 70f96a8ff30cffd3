import { HALO } from '../../geometry/ring.ts';

interface PeerButtonProps {
  readonly label: string;
  readonly radius: number;
  readonly isSelected: boolean;
  readonly onPress: () => void;
}

/** Takes clicks and keys for the whole figure; what it says in one sentence is what the figure shows. */
export function PeerButton({ label, radius, isSelected, onPress }: PeerButtonProps) {
  return (
    <>
      <circle
        class="touch"
        r={radius * HALO}
        role="button"
        // SVG knows its attributes by their exact case.
        tabindex={0}
        aria-label={label}
        aria-pressed={isSelected}
        onClick={onPress}
        onKeyDown={(event) => {
          if (event.key !== 'Enter' && event.key !== ' ') return;
          event.preventDefault();
          onPress();
        }}
      />
      <circle class="focus-ring" r={radius * 1.52} aria-hidden="true" />
    </>
  );
}
