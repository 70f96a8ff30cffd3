import type { PeerId } from './ids.ts';
import { isId } from './legalId.ts';

/** The relay's own address on the wire; no endpoint can have it. */
export const RELAY_ADDRESS = '@relay';
export type Address = PeerId | typeof RELAY_ADDRESS;

/** The largest frame, in bytes, unless told otherwise. */
export const FRAME_BYTES_MAX = 1_048_576;

/** The largest frame to the relay itself, in bytes: far above what the schemas of its messages can fill. */
export const CONTROL_FRAME_BYTES_MAX = 65_536;

/**
 * The largest frame with its keys in another order, in bytes: it is parsed and written anew, while the frames of every cluster wait.
 */
export const REORDERED_FRAME_BYTES_MAX = 16_384;

/** How deep arrays and objects may lie in one another in a body: what was read must be writable again without a deep stack. */
export const BODY_NESTING_MAX = 512;

/** A message type as the envelope allows it; which of them mean something is the protocol's matter. */
const TYPE_PATTERN = /^[A-Za-z][A-Za-z0-9]{0,63}$/;

/** The routing keys in their order on the wire: `{"type":"…","from":"…","to":"…","id":…,"mac":"…","body":…}`; `mac` only if signed. */
export const CANONICAL_HEAD =
  /^\{"type":"([A-Za-z][A-Za-z0-9]{0,63})","from":"(@relay|[A-Za-z0-9_][A-Za-z0-9_.-]{0,63})","to":"(@relay|[A-Za-z0-9_][A-Za-z0-9_.-]{0,63})","id":(0|[1-9][0-9]{0,15})(?:,"mac":"([A-Za-z0-9_-]{43})")?,"body":/;

/** A signature of a frame: 32 bytes in base64url. */
const MAC_PATTERN = /^[A-Za-z0-9_-]{43}$/;

/** No canonical head is longer than this: the keys, three names of 64, a number of 16 digits, a signature. */
export const HEAD_BYTES_MAX = 312;

export interface Head {
  readonly type: string;
  readonly from: Address;
  readonly to: Address;
  readonly id: number;
  /** Of a frame that its sender signed; see signing.ts. */
  readonly mac?: string;
  /** Where the body begins: an offset into the text, and into its bytes, since the head is ASCII. */
  readonly bodyOffset: number;
}

export interface Frame {
  readonly type: string;
  readonly from: Address;
  readonly to: Address;
  readonly id: number;
  readonly mac?: string;
  readonly body: unknown;
}

/** Writes a frame with its keys in canonical order. The body must be a JSON value. */
export function encodeFrame(frame: Frame): string {
  return encodeHead(frame) + JSON.stringify(frame.body) + '}';
}

/** The part of a frame before its body, for a sender that encodes one body for many receivers. */
export function encodeHead(head: Omit<Frame, 'body'>): string {
  const mac = head.mac === undefined ? '' : `"mac":"${head.mac}",`;
  return `{"type":"${head.type}","from":"${head.from}","to":"${head.to}","id":${head.id},${mac}"body":`;
}

/**
 * Reads the routing keys from the first characters of a frame without parsing it.
 * @param text the frame, or at least its first HEAD_BYTES_MAX characters
 * @returns undefined when the keys are not in canonical order; `decodeFrame` may still accept such a frame.
 */
export function sliceHead(text: string): Head | undefined {
  const match = CANONICAL_HEAD.exec(text);
  if (match === null) return undefined;
  const id = Number(match[4]);
  if (!Number.isSafeInteger(id)) return undefined;
  return {
    type: match[1]!,
    from: match[2] as Address,
    to: match[3] as Address,
    id,
    ...(match[5] === undefined ? {} : { mac: match[5] }),
    bodyOffset: match[0].length,
  };
}

export type Decoded =
  | { readonly ok: true; readonly frame: Frame; readonly canonical: boolean }
  | { readonly ok: false; readonly code: 'FRAME_NOT_JSON' | 'FRAME_MALFORMED'; readonly message: string };

const NOT_JSON: Decoded = { ok: false, code: 'FRAME_NOT_JSON', message: 'the frame is not one JSON object' };

/**
 * Reads a whole frame. Never throws.
 *
 * A canonical frame's routing keys are read by `sliceHead` and only its body is parsed, so a second `from`
 * behind the body cannot mean one thing to the relay, which slices, and another to the receiver.
 */
export function decodeFrame(text: string): Decoded {
  // First: the parser takes a hundred times as long for a megabyte of brackets.
  if (isNestedTooDeep(text)) return { ok: false, code: 'FRAME_MALFORMED', message: TOO_DEEP };
  const head = sliceHead(text);
  if (head === undefined) return decodeUnordered(text);
  const body = parseJson(text.slice(head.bodyOffset, -1));
  if (!text.endsWith('}') || body === undefined) {
    if (parseJson(text) === undefined) return NOT_JSON;
    return { ok: false, code: 'FRAME_MALFORMED', message: 'behind "body", the last key of a frame, stands only "}"' };
  }
  const { bodyOffset: _bodyOffset, ...keys } = head;
  return { ok: true, canonical: true, frame: { ...keys, body: body.value } };
}

function decodeUnordered(text: string): Decoded {
  const parsed = parseJson(text);
  if (parsed === undefined) return NOT_JSON;
  const problem = whatIsWrongWith(parsed.value);
  if (problem !== undefined) return { ok: false, code: 'FRAME_MALFORMED', message: problem };
  const { type, from, to, id, mac, body } = parsed.value as Frame;
  const frame = { type, from, to, id, ...(mac === undefined ? {} : { mac }), body };
  return { ok: true, canonical: false, frame };
}

function whatIsWrongWith(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return 'the frame is not a JSON object';
  const { type, from, to, id, mac, body, ...others } = value as Record<string, unknown>;
  if (typeof type !== 'string' || !TYPE_PATTERN.test(type)) return '"type" is not a message type';
  if (!isAddress(from)) return '"from" is not an endpoint id';
  if (!isAddress(to)) return '"to" is not an endpoint id';
  if (!Number.isSafeInteger(id) || (id as number) < 0) return '"id" is not a whole number from 0 to 2^53 - 1';
  if (mac !== undefined && (typeof mac !== 'string' || !MAC_PATTERN.test(mac))) {
    return '"mac" is not a signature of 43 characters of base64url';
  }
  if (body === undefined) return '"body" is missing';
  const unknownKey = Object.keys(others)[0];
  if (unknownKey !== undefined) return `${JSON.stringify(unknownKey.slice(0, 64))} is not a key of a frame`;
  return undefined;
}

const TOO_DEEP = `"body" has arrays or objects more than ${BODY_NESTING_MAX} deep in one another`;

/** @param text what may be a frame, whose own braces are one level more than its body's */
function isNestedTooDeep(text: string): boolean {
  // Every level takes two characters, so most frames are too short to need a look.
  if (text.length <= 2 * (BODY_NESTING_MAX + 1)) return false;
  let depth = 0;
  for (let at = 0; at < text.length; at += 1) {
    const character = text.charCodeAt(at);
    if (character === QUOTE) at = endOfString(text, at);
    else if (character === BRACKET || character === BRACE) {
      depth += 1;
      if (depth > BODY_NESTING_MAX + 1) return true;
    } else if (character === BRACKET_END || character === BRACE_END) depth -= 1;
  }
  return false;
}

const [QUOTE, BACKSLASH, BRACKET, BRACKET_END, BRACE, BRACE_END] = [0x22, 0x5c, 0x5b, 0x5d, 0x7b, 0x7d];

/** Most of a frame is strings, so they are jumped over. @param start of a string: its first quote */
function endOfString(text: string, start: number): number {
  let end = text.indexOf('"', start + 1);
  while (end !== -1 && isEscaped(text, end)) end = text.indexOf('"', end + 1);
  return end === -1 ? text.length : end;
}

/** Whether an odd number of backslashes stands before it. */
function isEscaped(text: string, at: number): boolean {
  let first = at;
  while (text.charCodeAt(first - 1) === BACKSLASH) first -= 1;
  return (at - first) % 2 === 1;
}

function isAddress(value: unknown): value is Address {
  return typeof value === 'string' && (value === RELAY_ADDRESS || isId(value));
}

function parseJson(text: string): { value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) as unknown };
  } catch {
    return undefined;
  }
}
