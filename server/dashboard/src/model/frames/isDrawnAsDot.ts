import type { FrameSample } from '../../../../../shared/http/Frames.ts';
import { isRare } from './kinds.ts';
import type { LinkCounts } from './LinkCounts.ts';

/** Where a link has too many frames, only the rare kinds have dots; the others are its rates. */
export function isDrawnAsDot({ from, to, type }: FrameSample, counts: LinkCounts): boolean {
  return isRare(type) || counts.get(from, to)?.isCrowded !== true;
}
