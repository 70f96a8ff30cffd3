import type { ElectionSettingsInForce } from '../../../../../shared/http/Processes.ts';
import type { ClusterId } from '../../../../../shared/ids.ts';

/** Kept in the browser while a tour is on: a page that is loaded anew in the midst of one can still put everything back. */
export function keepSettings(cluster: ClusterId, settings: ElectionSettingsInForce | null): void {
  try {
    if (settings === null) sessionStorage.removeItem(keyOf(cluster));
    else sessionStorage.setItem(keyOf(cluster), JSON.stringify(settings));
  } catch {
    // A browser may be told to keep nothing.
  }
}

export function keptSettings(cluster: ClusterId): ElectionSettingsInForce | null {
  try {
    const kept = sessionStorage.getItem(keyOf(cluster));
    return kept === null ? null : (JSON.parse(kept) as ElectionSettingsInForce);
  } catch {
    return null;
  }
}

function keyOf(cluster: ClusterId): string {
  return `whitewater-tour-${cluster}`;
}
