import { encodeFrame, RELAY_ADDRESS } from '../../shared/envelope.ts';
import type { PeerId } from '../../shared/ids.ts';
import { PROTOCOL_VERSION } from '../../shared/protocol.ts';

/** The Hello of an endpoint of the bench. */
export function helloFrame(from: PeerId): string {
  const body = {
    protocolVersion: PROTOCOL_VERSION,
    application: 'raft',
    instance: `bench-${process.pid}`,
    software: 'whitewater bench',
  };
  return encodeFrame({ type: 'Hello', from, to: RELAY_ADDRESS, id: 0, body });
}

/** Where an endpoint connects to a relay on this machine. */
export function endpointPath(cluster: string, id: PeerId): string {
  return `/peer?cluster=${cluster}&id=${id}`;
}
