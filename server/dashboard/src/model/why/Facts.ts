import type { NetworkView } from '../../../../../shared/http/Network.ts';
import type { PeerId } from '../../../../../shared/ids.ts';
import type { Status } from '../../../../../shared/messages/Status.ts';
import { peerOf } from '../crown.ts';
import type { Picture } from '../Picture.ts';
import type { Trail } from './Trail.ts';

/** All that explanations know: what the feed told. */
export interface Facts {
  readonly picture: Picture;
  /** The time that is drawn, on the clock of the picture's `receivedAtMs`. */
  readonly nowMs: number;
  /** Every rule in force; null in the past, where only their names are known. */
  readonly network: NetworkView | null;
  readonly trail: Trail;
}

export function statusIn({ picture }: Facts, id: PeerId | null): Status | null {
  return peerOf(picture, id)?.view.status ?? null;
}

export function isConnected({ picture }: Facts, id: PeerId): boolean {
  return peerOf(picture, id)?.view.connected === true;
}
