import { ElectionSettings, NOT_OWNED, ProcessesView, ProcessRequest } from '../../shared/http/Processes.ts';
import { ClusterId, PeerId } from '../../shared/ids.ts';
import { Type } from '../../shared/schema.ts';
import type { RelayApp } from '../http/RelayApp.ts';
import type { Hub } from '../hub/Hub.ts';
import type { ProcessOwner } from '../processes/ProcessOwner.ts';
import { ownerOf, processesOf } from '../processes/processesOf.ts';
import { answers } from './answers.ts';

const ClusterParams = Type.Object({ cluster: ClusterId });
const PeerParams = Type.Object({ cluster: ClusterId, peer: PeerId });

/** The processes of the peers, for a relay that knows who owns them. */
export function processRoutes(app: RelayApp, hub: Hub): void {
  const owner = hub.options.processes;
  /** @throws {WhitewaterError} CLUSTER_UNKNOWN; peers that were never connected may have an owner, which makes theirs known */
  const viewOf = (id: ClusterId): ProcessesView => processesOf(owner, id) ?? (hub.cluster(id), NOT_OWNED);
  /** @throws {WhitewaterError} CLUSTER_UNKNOWN, PROCESS_NOT_OWNED */
  const ownerAt = (id: ClusterId): ProcessOwner => {
    viewOf(id);
    return ownerOf(owner, id);
  };

  app.get(
    '/api/clusters/:cluster/processes',
    {
      config: { access: 'read' },
      schema: {
        params: ClusterParams,
        ...answers('The processes of the peers, if their owner is known', ProcessesView),
      },
    },
    async ({ params }) => viewOf(params.cluster),
  );
  app.post(
    '/api/clusters/:cluster/peers/:peer/process',
    {
      schema: {
        ...{ params: PeerParams, body: ProcessRequest },
        ...answers('Stops, kills, starts, restarts, pauses or resumes the process of a peer', ProcessesView),
      },
    },
    async ({ params: { cluster, peer }, body: { action } }) => {
      await ownerAt(cluster).act(peer, action);
      return viewOf(cluster);
    },
  );
  app.put(
    '/api/clusters/:cluster/processes/settings',
    {
      schema: {
        ...{ params: ClusterParams, body: ElectionSettings },
        ...answers('Starts all peers anew, one after the other, with other settings', ProcessesView),
      },
    },
    async ({ params: { cluster }, body }) => {
      await ownerAt(cluster).restartWith(body);
      return viewOf(cluster);
    },
  );
}
