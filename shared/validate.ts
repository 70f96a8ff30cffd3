import { MESSAGES, type Message, type MessageType } from './protocol.ts';
import { Compile } from './schema.ts';

const validators = Object.fromEntries(
  Object.entries(MESSAGES).map(([type, schema]) => [type, Compile(schema)]),
) as Record<MessageType, ReturnType<typeof Compile>>;

export type Validated =
  | { readonly ok: true; readonly message: Message }
  | { readonly ok: false; readonly code: 'FRAME_BODY_INVALID'; readonly message: string };

/** Frames of more characters are refused without a place: to find it in a megabyte can take half a second. */
const EXPLAINED_LENGTH_MAX = 16_384;

/**
 * Holds a body against the schema of its message type. Never throws.
 * @param length of the text that it was, in characters, for a sender that is not trusted
 */
export function validateBody(type: MessageType, body: unknown, length = 0): Validated {
  const validator = validators[type];
  if (validator.Check(body)) return { ok: true, message: { type, body } as Message };
  const first = length > EXPLAINED_LENGTH_MAX ? undefined : validator.Errors(body)[0];
  const where = first === undefined ? '' : `: "body${first.instancePath}" ${first.message}`;
  return { ok: false, code: 'FRAME_BODY_INVALID', message: `the body is not a ${type}${where}` };
}
