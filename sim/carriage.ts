import { decodeFrame, encodeFrame } from '../shared/envelope.ts';
import type { PeerId } from '../shared/ids.ts';
import type { EndpointMessage } from '../shared/protocol.ts';
import { validateBody } from '../shared/validate.ts';
import { SimulationFailure } from './SimulationFailure.ts';

/**
 * How a message comes from one process to another: `asIs` is the very object; `frozen` too, but whoever changes it after it was sent, or
 * after it was received, fails; `text` is what a socket carries, and each copy is read and held against its schema anew.
 */
export type Carriage = 'asIs' | 'frozen' | 'text';

/**
 * What each copy of a message arrives as.
 * @throws {SimulationFailure} once the copy is read, when no receiver would take it
 */
export function carried(
  carriage: Carriage,
  ...[from, to, id, message]: [from: PeerId, to: PeerId, id: number, message: EndpointMessage]
): () => EndpointMessage {
  if (carriage === 'frozen') freeze(message.body);
  if (carriage !== 'text') return () => message;
  const { type, body } = message;
  const text = encodeFrame({ type, from, to, id, body });
  return () => {
    const decoded = decodeFrame(text);
    if (!decoded.ok) throw new SimulationFailure(`${from} sends a ${type} that is no frame: ${decoded.message}`);
    const validated = validateBody(type, decoded.frame.body);
    if (!validated.ok)
      throw new SimulationFailure(`${from} sends a ${type} that nobody may read: ${validated.message}`);
    return validated.message as EndpointMessage;
  };
}

function freeze(value: unknown): void {
  // What is frozen was frozen here, with all that is in it.
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return;
  Object.freeze(value);
  for (const part of Object.values(value)) freeze(part);
}
