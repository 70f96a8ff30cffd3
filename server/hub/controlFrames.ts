import { encodeFrame, RELAY_ADDRESS } from '../../shared/envelope.ts';
import type { PeerId } from '../../shared/ids.ts';
import type { Bodies } from '../../shared/protocol.ts';

type FromRelay = 'Welcome' | 'Refused' | 'Directory' | 'Pong' | 'TimeOut';

/** A frame from the relay itself, as the bytes of its text. */
export function controlFrame<Type extends FromRelay>(type: Type, to: PeerId, id: number, body: Bodies[Type]): Buffer {
  return Buffer.from(encodeFrame({ type, from: RELAY_ADDRESS, to, id, body }));
}
