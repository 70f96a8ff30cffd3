import { WhitewaterError } from '../shared/errors.ts';
import type { PeerId } from '../shared/ids.ts';

/** A write whose effect is unknown. */
export function writeFailed(id: PeerId, cause: unknown): WhitewaterError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new WhitewaterError(
    'STORE_WRITE_FAILED',
    `peer "${id}" stops, because a write to its store failed and may or may not have happened: ${reason}. ` +
      'Check the disk, then start it again on the same directory',
    { cause },
  );
}

/** A failed assertion, of the core or of what it asks for. */
export function impossible(id: PeerId, cause: unknown): WhitewaterError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new WhitewaterError(
    'INVARIANT_VIOLATED',
    `peer "${id}" stops, because it found its own state impossible: ${reason}. Please report it, with the trace if there is one`,
    { cause },
  );
}
