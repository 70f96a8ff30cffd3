import { signal } from '@preact/signals';
import { RECORDING_BOUNDS } from '../model/history/FeedHistory.ts';
import { base64InFile, openRecording } from '../model/history/openRecording.ts';
import { RECORDING_ID, RecordingRefused } from '../model/history/recordingFormat.ts';
import { makeHistory } from './makeHistory.ts';
import { makeRecordingStore } from './makeRecordingStore.ts';
import type { Store } from './Store.ts';

interface Opened {
  readonly store: Store;
  readonly stop: () => void;
}

/** The recording that is looked at instead of what is live; null: none. */
export const opened = signal<Opened | null>(null);
/** Whether a file is being read, and why the newest was not opened. */
export const opening = signal<{ readonly isBusy: boolean; readonly trouble: string | null }>({
  isBusy: false,
  trouble: null,
});

/** Opens a file that somebody chose. When it is refused, the page stays as it was, and says why. */
export function openFile(file: Blob): Promise<void> {
  return open(base64InFile(file));
}

/** The recording inside this very document, if it is one. @returns whether there is one */
export function openEmbedded(): boolean {
  const element = document.getElementById(RECORDING_ID);
  const base64 = element?.textContent;
  if (element == null || base64 == null) return false;
  void open(piecesOfText(base64));
  return true;
}

export function closeRecording(): void {
  opened.peek()?.stop();
  opened.value = null;
}

async function open(base64: AsyncIterable<string>): Promise<void> {
  opening.value = { isBusy: true, trouble: null };
  try {
    const history = makeHistory(RECORDING_BOUNDS);
    const facts = await openRecording(base64, history);
    const newest = await history.pictureAt(history.extent.peek()?.untilMs ?? NaN);
    if (newest === null) throw new RecordingRefused('The recording has no picture in it.');
    closeRecording();
    opened.value = makeRecordingStore(history, facts, newest);
    opening.value = { isBusy: false, trouble: null };
  } catch (error) {
    const trouble =
      error instanceof RecordingRefused ? error.message : `The recording cannot be opened: ${String(error)}`;
    opening.value = { isBusy: false, trouble };
  }
}

const PIECE_LENGTH = 256 * 1024;

async function* piecesOfText(text: string): AsyncGenerator<string, void, undefined> {
  for (let from = 0; from < text.length; from += PIECE_LENGTH) yield text.slice(from, from + PIECE_LENGTH);
}
