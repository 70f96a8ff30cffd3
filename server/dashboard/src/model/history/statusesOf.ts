import type { PeerView } from '../../../../../shared/http/ClusterView.ts';
import type { SampledMessage } from '../../../../../shared/http/Live.ts';
import type { PeerId } from '../../../../../shared/ids.ts';
import type { Entry } from './Chunk.ts';
import { STATUSES_MAX, type StatusSeen } from './History.ts';

/** Each status of a peer once: the relay repeats the newest whenever anything else about the peer changes. */
export async function statusesOf(
  entries: AsyncIterable<Entry>,
  peer: PeerId,
  fromMs: number,
  untilMs: number,
): Promise<readonly StatusSeen[]> {
  let seen: StatusSeen[] = [];
  let newest = '';
  for await (const { message, atMs } of entries) {
    for (const view of viewsOf(message)) {
      if (view.id !== peer || view.status === null) continue;
      const toldAtMs = atMs - (view.statusMsAgo ?? 0);
      const text = JSON.stringify(view.status);
      if (text === newest || toldAtMs < fromMs || toldAtMs > untilMs) continue;
      newest = text;
      seen.push({ atMs: toldAtMs, status: view.status });
    }
    if (seen.length > 2 * STATUSES_MAX) seen = seen.slice(-STATUSES_MAX);
  }
  return seen.slice(-STATUSES_MAX);
}

function viewsOf(message: SampledMessage): readonly PeerView[] {
  if (message.type === 'snapshot') return message.cluster.peers;
  return message.type === 'delta' ? message.peers : [];
}
