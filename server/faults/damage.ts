/** How a frame is damaged. `at` says where, as a share of its length in [0, 1). */
export type Damage =
  { readonly type: 'controlCharacter'; readonly at: number } | { readonly type: 'truncated'; readonly at: number };

/** Of all bytes that UTF-8 allows, this one has no place anywhere in a JSON text, inside of strings or outside. */
const CONTROL_CHARACTER = 0x01;
const OPENINGS: readonly number[] = [0x7b, 0x5b, 0x22];
const SPACES: readonly number[] = [0x20, 0x09, 0x0a, 0x0d];

/**
 * @param frame a JSON text in UTF-8; it is not changed
 * @returns a copy that no JSON parser accepts, and that is still UTF-8: a receiver finds a bad frame, and its WebSocket does
 *   not close over it
 */
export function damaged(frame: Uint8Array, damage: Damage): Uint8Array {
  const at = Math.min(Math.max(Math.floor(damage.at * frame.length), 0), Math.max(frame.length - 1, 0));
  return damage.type === 'truncated' ? truncated(frame, at) : withControlCharacter(frame, at);
}

function withControlCharacter(frame: Uint8Array, at: number): Uint8Array {
  if (frame.length === 0) return new Uint8Array([CONTROL_CHARACTER]);
  const copy = new Uint8Array(frame);
  const [from, to] = characterAt(frame, at);
  copy.fill(CONTROL_CHARACTER, from, to);
  return copy;
}

/** What opens has to close: without its last character no object, array or string is whole. A number, say, might be. */
function truncated(frame: Uint8Array, at: number): Uint8Array {
  let last = frame.length - 1;
  while (last > 0 && SPACES.includes(frame[last] ?? 0)) last -= 1;
  const opening = frame.find((byte) => !SPACES.includes(byte));
  if (last < 1 || opening === undefined || !OPENINGS.includes(opening)) return withControlCharacter(frame, at);
  const [to] = characterAt(frame, Math.min(Math.max(at, 1), last));
  return frame.slice(0, to);
}

/** The bytes of the character that the byte at this place belongs to: from the first, to the one behind the last. */
function characterAt(frame: Uint8Array, at: number): [from: number, to: number] {
  const continues = (place: number): boolean => ((frame[place] ?? 0) & 0xc0) === 0x80;
  let from = at;
  while (from > 0 && continues(from)) from -= 1;
  let to = at + 1;
  while (to < frame.length && continues(to)) to += 1;
  return [from, to];
}
