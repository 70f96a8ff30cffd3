import type { NetworkRequest } from '../../../../../shared/http/Network.ts';
import type { ElectionSettingsInForce } from '../../../../../shared/http/Processes.ts';
import type { ClusterId } from '../../../../../shared/ids.ts';

/** What a tour finds, and leaves behind. */
export interface KeptGround {
  readonly settings: ElectionSettingsInForce;
  readonly network: NetworkRequest;
}

/** Kept in the browser while a tour is on: a page that is opened after one was closed in its midst can still put everything back. */
export function keepGround(cluster: ClusterId, ground: KeptGround | null): void {
  try {
    if (ground === null) localStorage.removeItem(keyOf(cluster));
    else localStorage.setItem(keyOf(cluster), JSON.stringify(ground));
  } catch {
    // A browser may be told to keep nothing.
  }
}

export function keptGround(cluster: ClusterId): KeptGround | null {
  try {
    const kept = localStorage.getItem(keyOf(cluster));
    return kept === null ? null : (JSON.parse(kept) as KeptGround);
  } catch {
    return null;
  }
}

function keyOf(cluster: ClusterId): string {
  return `whitewater-tour-${cluster}`;
}
