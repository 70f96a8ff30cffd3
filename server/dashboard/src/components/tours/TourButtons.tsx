import { useStore } from '../../hooks/useStore.ts';
import type { TourState } from '../../model/tours/TourState.ts';

/** The way through a tour. */
export function TourButtons({ tour }: { readonly tour: TourState }) {
  const { tours } = useStore();
  if (tours === null) return null;
  const { phase, step, of, isPlaying } = tour;
  const isLast = step === of;
  const isLeaving = phase === 'leaving';
  return (
    <div class="row tour-buttons">
      {!isLast && (
        <button
          type="button"
          class="primary"
          disabled={phase !== 'reached'}
          title="The next step (Space)"
          onClick={() => tours.next()}
        >
          Next
        </button>
      )}
      {!isLast && (
        <button
          type="button"
          aria-pressed={isPlaying}
          disabled={isLeaving}
          title="Goes on by itself, with time to read"
          onClick={() => tours.play(!isPlaying)}
        >
          {isPlaying ? 'Wait for me' : 'Go on by itself'}
        </button>
      )}
      <button
        type="button"
        disabled={isLeaving}
        title="Puts everything back and begins this tour anew"
        onClick={() => tours.again()}
      >
        Again
      </button>
      <button
        type="button"
        class={isLast && phase === 'reached' ? 'primary' : undefined}
        disabled={isLeaving}
        title="Puts the network and Raft's options back as they were, and starts who was killed"
        onClick={() => void tours.stop()}
      >
        {isLast && phase === 'reached' ? 'Finish' : 'Stop'}
      </button>
    </div>
  );
}
