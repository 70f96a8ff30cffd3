import type { Pending } from './Pending.ts';

/** A frame of requests ends once it has so many characters, each of three bytes at most. */
const FRAME_CHARACTERS = 262_144;
/**
 * And once it has so many requests: a peer begins with the first ones while the rest is still written and read. Fewer, and the frames
 * cost more than is won.
 */
const FRAME_REQUESTS = 128;
/** What stands around them, or is an operation without any, is shorter. */
const OPERATION_CHARACTERS = 300;

/** Those that share a frame, in order. */
export function requestFrames(pending: readonly Pending[]): Pending[][] {
  const frames: Pending[][] = [];
  let frame: Pending[] = [];
  let characters = 0;
  for (const one of pending) {
    const length = one.request.characters + OPERATION_CHARACTERS;
    if (frame.length === 0 || characters + length > FRAME_CHARACTERS || frame.length >= FRAME_REQUESTS) {
      frame = [];
      frames.push(frame);
      characters = 0;
    }
    frame.push(one);
    characters += length;
  }
  return frames;
}
