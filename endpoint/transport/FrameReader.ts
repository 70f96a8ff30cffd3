import { decodeFrame, RELAY_ADDRESS } from '../../shared/envelope.ts';
import type { PeerId } from '../../shared/ids.ts';
import { isClientMessageType, isMessageType, isRaftMessageType } from '../../shared/protocol.ts';
import type { ControlMessage, EndpointMessage } from '../../shared/protocol.ts';
import { validateBody } from '../../shared/validate.ts';

/** Why a frame that arrived was not used. `misaddressed`: it is for another peer, or from somebody who may not send its type. */
export const UNREADABLE_CAUSES = [
  'FRAME_NOT_JSON',
  'FRAME_MALFORMED',
  'FRAME_TYPE_UNKNOWN',
  'FRAME_BODY_INVALID',
  'misaddressed',
] as const;
export type UnreadableCause = (typeof UNREADABLE_CAUSES)[number];

/** What an endpoint is sent by its relay itself. */
export type FromRelay = Extract<ControlMessage, { type: 'Welcome' | 'Directory' | 'Pong' | 'Refused' }>;

export type ReadFrame =
  | { readonly kind: 'control'; readonly message: FromRelay }
  | { readonly kind: 'message'; readonly from: PeerId; readonly id: number; readonly message: EndpointMessage }
  | { readonly kind: 'unreadable'; readonly cause: UnreadableCause; readonly problem: string };

/** Reads a frame for the endpoint of that id, and holds its body against the schema. Never throws. */
export function readFrame(text: string, self: PeerId): ReadFrame {
  const decoded = decodeFrame(text);
  if (!decoded.ok) return unreadable(decoded.code, decoded.message);
  const { type, from, to, id, body } = decoded.frame;
  if (to !== self) return unreadable('misaddressed', `a ${type} for ${to}`);
  if (!isMessageType(type)) return unreadable('FRAME_TYPE_UNKNOWN', `a ${type} from ${from}`);
  const validated = validateBody(type, body);
  if (!validated.ok) return unreadable(validated.code, `from ${from}: ${validated.message}`);
  const { message } = validated;
  if (from === RELAY_ADDRESS) {
    return isFromRelay(message) ? { kind: 'control', message } : unreadable('misaddressed', `a ${type} from ${from}`);
  }
  if (!isEndpointMessage(message)) return unreadable('misaddressed', `a ${type} from ${from}`);
  return { kind: 'message', from, id, message };
}

function isEndpointMessage(message: { readonly type: string }): message is EndpointMessage {
  return isRaftMessageType(message.type) || isClientMessageType(message.type);
}

function isFromRelay(message: { readonly type: string }): message is FromRelay {
  return ['Welcome', 'Directory', 'Pong', 'Refused'].includes(message.type);
}

function unreadable(cause: UnreadableCause, problem: string): ReadFrame {
  return { kind: 'unreadable', cause, problem };
}
