import type { RelayClient } from '../../../../../client/RelayClient.ts';
import type { ElectionSettings, ElectionSettingsInForce, ProcessesView } from '../../../../../shared/http/Processes.ts';
import type { ClusterId } from '../../../../../shared/ids.ts';

/** A network without faults, every process running, peers with these settings. @throws {WhitewaterError} what the relay says */
export async function setStage(
  client: RelayClient,
  cluster: ClusterId,
  settings: ElectionSettings,
): Promise<ProcessesView> {
  const owner = client.processes(cluster);
  await client.heal(cluster);
  const { processes } = await owner.view();
  for (const { id, state } of processes) {
    if (state === 'paused') await owner.act(id, 'resume');
    else if (state !== 'running') await owner.act(id, 'start');
  }
  return owner.restartWith(settings);
}

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
