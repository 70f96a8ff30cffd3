import type { RelayClient } from '../../../../../client/RelayClient.ts';
import type { ElectionSettings, ProcessesView } from '../../../../../shared/http/Processes.ts';
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
