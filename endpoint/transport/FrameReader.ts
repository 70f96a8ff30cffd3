import { decodeFrame, RELAY_ADDRESS, sliceHead } from '../../shared/envelope.ts';
import type { PeerId } from '../../shared/ids.ts';
import { isClientMessageType, isMessageType, isRaftMessageType } from '../../shared/protocol.ts';
import type { ControlMessage, EndpointMessage } from '../../shared/protocol.ts';
import { validateBody } from '../../shared/validate.ts';
import type { FrameSigner } from '../ports/FrameSigner.ts';

/**
 * Why a frame that arrived was not used.
 * - `misaddressed`: it is for another peer, or from somebody who may not send its type
 * - `unsigned`, `wronglySigned`: this endpoint has the cluster's secret, and whoever made the frame as it is has not
 */
export const UNREADABLE_CAUSES = [
  'FRAME_NOT_JSON',
  'FRAME_MALFORMED',
  'FRAME_TYPE_UNKNOWN',
  'FRAME_BODY_INVALID',
  'misaddressed',
  'unsigned',
  'wronglySigned',
] as const;
export type UnreadableCause = (typeof UNREADABLE_CAUSES)[number];

/** What an endpoint is sent by its relay itself. */
export type FromRelay = Extract<ControlMessage, { type: 'Welcome' | 'Directory' | 'Pong' | 'TimeOut' | 'Refused' }>;

export type ReadFrame =
  | { readonly kind: 'control'; readonly message: FromRelay }
  | {
      readonly kind: 'message';
      readonly from: PeerId;
      readonly id: number;
      readonly isSigned: boolean;
      readonly message: EndpointMessage;
    }
  | { readonly kind: 'unreadable'; readonly cause: UnreadableCause; readonly problem: string };

/**
 * Reads a frame for the endpoint of that id, and holds its body against the schema. Never throws.
 * @param signer of an endpoint that takes only what is signed, but from the relay itself
 */
export function readFrame(text: string, self: PeerId, signer?: FrameSigner): ReadFrame {
  const forgery = signer === undefined ? undefined : forgeryIn(text, signer);
  if (forgery !== undefined) return forgery;
  const decoded = decodeFrame(text);
  if (!decoded.ok) return unreadable(decoded.code, decoded.message);
  const { type, from, to, id, mac, body } = decoded.frame;
  if (to !== self) return unreadable('misaddressed', `a ${type} for ${to}`);
  if (!isMessageType(type)) return unreadable('FRAME_TYPE_UNKNOWN', `a ${type} from ${from}`);
  const validated = validateBody(type, body, text.length);
  if (!validated.ok) return unreadable(validated.code, `from ${from}: ${validated.message}`);
  const { message } = validated;
  if (from === RELAY_ADDRESS) {
    return isFromRelay(message) ? { kind: 'control', message } : unreadable('misaddressed', `a ${type} from ${from}`);
  }
  if (!isEndpointMessage(message)) return unreadable('misaddressed', `a ${type} from ${from}`);
  return { kind: 'message', from, id, isSigned: mac !== undefined, message };
}

/** Before anything else is made of it. A relay writes every frame in canonical order. */
function forgeryIn(text: string, signer: FrameSigner): ReadFrame | undefined {
  const head = sliceHead(text);
  if (head === undefined) return unreadable('unsigned', 'its keys are not in canonical order');
  if (head.from === RELAY_ADDRESS) return undefined;
  const { type, from, mac, bodyOffset } = head;
  if (mac === undefined) {
    return unreadable(
      'unsigned',
      `a ${type} from ${from}; start ${from} with the secret of this cluster (--secret-file)`,
    );
  }
  if (signer.isGenuine(head, text.slice(bodyOffset, -1), mac)) return undefined;
  return unreadable(
    'wronglySigned',
    `a ${type} from ${from}: it has another secret, or the frame was changed on its way; give all peers and clients the same --secret-file`,
  );
}

function isEndpointMessage(message: { readonly type: string }): message is EndpointMessage {
  return isRaftMessageType(message.type) || isClientMessageType(message.type);
}

function isFromRelay(message: { readonly type: string }): message is FromRelay {
  return ['Welcome', 'Directory', 'Pong', 'TimeOut', 'Refused'].includes(message.type);
}

function unreadable(cause: UnreadableCause, problem: string): ReadFrame {
  return { kind: 'unreadable', cause, problem };
}
