import { useSignal } from '@preact/signals';
import { useRef } from 'preact/hooks';
import { useStore } from '../../hooks/useStore.ts';
import { openFile, opening } from '../../state/opened.ts';

/** Longer than any browser takes to begin with a download. */
const KEPT_MS = 60_000;

/** Saves what is kept as one file, and opens such a file. */
export function RecordingTools({ hasHistory }: { readonly hasHistory: boolean }) {
  const { save, recording, announce } = useStore();
  const chooser = useRef<HTMLInputElement>(null);
  const isSaving = useSignal(false);
  const onSave = async (): Promise<void> => {
    isSaving.value = true;
    try {
      const { name, file } = await save();
      download(name, file);
      announce(`Saved as ${name}`);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      opening.value = { ...opening.peek(), trouble: `The recording cannot be saved: ${reason}` };
    } finally {
      isSaving.value = false;
    }
  };
  return (
    <>
      {recording === null && (
        <button
          type="button"
          disabled={!hasHistory || isSaving.value}
          title="Everything on the scale as one file, which opens without a server"
          onClick={() => void onSave()}
        >
          {isSaving.value ? 'Saving…' : 'Save'}
        </button>
      )}
      <button
        type="button"
        disabled={opening.value.isBusy}
        title="A recording that was saved before"
        onClick={() => chooser.current?.click()}
      >
        {opening.value.isBusy ? 'Opening…' : 'Open'}
      </button>
      <input
        ref={chooser}
        type="file"
        hidden
        accept=".html"
        aria-label="A recording"
        onChange={({ currentTarget }) => {
          const file = currentTarget.files?.[0];
          // The same file can be chosen again.
          if (file !== undefined) void openFile(file).finally(() => (currentTarget.value = ''));
        }}
      />
    </>
  );
}

function download(name: string, file: Blob): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(file);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), KEPT_MS);
}
