import type { ClusterId } from '../../../../../shared/ids.ts';

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
}

export const FORMAT = 1;
export const FILE_BYTES_MAX = 64 * 1024 * 1024;
/** Inflated, in UTF-16 units. */
export const TEXT_LENGTH_MAX = 512 * 1024 * 1024;
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
