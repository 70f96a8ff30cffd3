import { WhitewaterError } from '../shared/errors.ts';
import { jsonCopy } from '../shared/jsonCopy.ts';

/** As it stands in a frame; a peer takes a little less. */
const REQUEST_BYTES_MAX = 1_000_000;
/** Below what the envelope allows a whole body, of which this is a part. */
const NESTING_MAX = 400;
/** What a timer can hold: 24 days. */
const TIMEOUT_MS_MAX = 2 ** 31 - 1;

const encoder = new TextEncoder();

/** What can be sent, as it was when that was found out: its maker may change it, and it may be sent several times. */
export interface Sendable<Value> {
  readonly value: Value;
  /** As JSON. */
  readonly characters: number;
}

/**
 * Looks at what is to be sent before it shares a frame with others: one that no peer can read would take them with it.
 * @throws {WhitewaterError} `USAGE` when it is not JSON, or nested too deeply; `COMMAND_TOO_LARGE`
 */
export function sendable<Value>(given: Value): Sendable<Value> {
  const value = copyOf(given);
  const text = JSON.stringify(value);
  // Each level takes two characters.
  if (text.length > 2 * NESTING_MAX && nestingOf(value) > NESTING_MAX) {
    throw new WhitewaterError('USAGE', `arrays or objects lie more than ${NESTING_MAX} deep in one another`);
  }
  if (text.length * 3 <= REQUEST_BYTES_MAX || encoder.encode(text).length <= REQUEST_BYTES_MAX) {
    return { value, characters: text.length };
  }
  throw new WhitewaterError(
    'COMMAND_TOO_LARGE',
    `as JSON that has more than ${REQUEST_BYTES_MAX} bytes: send less at a time`,
  );
}

function copyOf<Value>(value: Value): Value {
  try {
    const copy = jsonCopy(value);
    if (copy !== undefined) return copy as Value;
  } catch (cause) {
    throw new WhitewaterError('USAGE', 'that cannot be written as JSON', { cause });
  }
  throw new WhitewaterError('USAGE', `that is ${typeof value}, which cannot be written as JSON`);
}

/** Of a value that can be written as JSON, so it has no cycle. */
function nestingOf(value: unknown): number {
  let depth = 0;
  let level: unknown[] = [value];
  while (level.length > 0 && depth <= NESTING_MAX) {
    level = level.flatMap((each) =>
      typeof each === 'object' && each !== null ? (Object.values(each) as unknown[]) : [],
    );
    if (level.length > 0) depth += 1;
  }
  return depth;
}

/** @returns the time, within what a timer can hold. @throws {WhitewaterError} `USAGE` when it is no time at all */
export function timeoutOf(timeoutMs: number): number {
  if (timeoutMs >= 0) return Math.min(timeoutMs, TIMEOUT_MS_MAX);
  throw new WhitewaterError('USAGE', `timeoutMs is ${timeoutMs}: give a number of milliseconds, 0 or more`);
}
