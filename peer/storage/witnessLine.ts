import { crc32 } from './checksum.ts';

/** `whitewater witness 1 step 0000000000000042 crc 0badcafe` and a line feed. */
const LINE = /^whitewater witness 1 step (\d{16}) crc ([0-9a-f]{8})\n$/;
const STEP_DIGITS = 16;

/** What a witness of this step holds. */
export function witnessLine(step: number): string {
  const text = `whitewater witness 1 step ${String(step).padStart(STEP_DIGITS, '0')}`;
  return `${text} crc ${crc32(text).toString(16).padStart(8, '0')}\n`;
}

/** @returns the step that a witness file's content names; undefined when it is torn or not a witness */
export function readWitness(content: string): number | undefined {
  const match = LINE.exec(content);
  if (match === null) return undefined;
  const step = Number(match[1]);
  return witnessLine(step) === content ? step : undefined;
}
