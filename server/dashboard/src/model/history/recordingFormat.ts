import type { ClusterId } from '../../../../../shared/ids.ts';
import type { Mark } from './Marks.ts';

/** The first line of a recording. Times are milliseconds since the Unix epoch. */
export interface RecordingFacts {
  readonly whitewater: 'recording';
  readonly format: typeof FORMAT;
  /** Of the page that saved it. */
  readonly version: string;
  readonly cluster: ClusterId;
  /** On the relay's clock. */
  readonly fromMs: number;
  readonly untilMs: number;
  /** On the clock of whoever saved it. */
  readonly savedAtMs: number;
  /** What it is, in a sentence, for whoever finds the file. */
  readonly statement: string;
  /** What was asked by the console of the page that saved it, oldest first; absent when nothing was. The feed does not tell it. */
  readonly asked?: readonly Mark[];
}

export const FORMAT = 1;
export const FILE_BYTES_MAX = 64 * 1024 * 1024;
/** Inflated, in UTF-16 units. */
export const TEXT_LENGTH_MAX = 512 * 1024 * 1024;
/** Of a recording, and of the text of each. */
export const ASKED_MAX = 1000;
export const ASKED_TEXT_MAX = 2000;
export const LINES_MAX = 400_000;
/** One message: the feed's own are far smaller. */
export const LINE_LENGTH_MAX = 4 * 1024 * 1024;

/** Of the element that holds it. */
export const RECORDING_ID = 'recording';
export const RECORDING_TYPE = 'application/x-whitewater-recording';

/** Why a file was not opened, in a sentence for whoever chose it. */
export class RecordingRefused extends Error {
  override readonly name = 'RecordingRefused';
}
