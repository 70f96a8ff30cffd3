import { useStore } from '../../hooks/useStore.ts';
import { dateText } from '../../model/words.ts';
import { closeRecording } from '../../state/opened.ts';

/** That this is over, and of when it is. @param canClose whether there is something live to go back to */
export function RecordingState({ canClose }: { readonly canClose: boolean }) {
  const { recording } = useStore();
  if (recording === null) return null;
  return (
    <p class="connection" data-phase="recording">
      <span>{`a recording of ${dateText(recording.fromMs)}`}</span>
      {canClose && (
        <button type="button" class="small" onClick={closeRecording}>
          Close it
        </button>
      )}
    </p>
  );
}
