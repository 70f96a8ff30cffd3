import { WhitewaterError } from '../../shared/errors.ts';
import { ClusterView } from '../../shared/http/ClusterView.ts';
import { ClusterId, PeerId } from '../../shared/ids.ts';
import { Type } from '../../shared/schema.ts';
import type { RelayApp } from '../http/RelayApp.ts';
import { clusterView } from '../hub/clusterView.ts';
import type { Hub } from '../hub/Hub.ts';
import { answers } from './answers.ts';

const PeerParams = Type.Object({ cluster: ClusterId, peer: PeerId });

/** What a peer is asked for by name. Answered when it was asked: what comes of it, Raft decides, and statuses tell. */
export function peerRoutes(app: RelayApp, hub: Hub): void {
  app.post(
    '/api/clusters/:cluster/peers/:peer/timeout',
    { schema: { params: PeerParams, ...answers('Asks a peer to take its election timer for run out', ClusterView) } },
    async ({ params: { cluster: id, peer } }) => {
      const cluster = hub.cluster(id);
      cluster.refuseAbsent(peer, 'nobody was asked to time out');
      if (cluster.roster.get(peer)?.connection?.timeOut() !== true) {
        throw new WhitewaterError('OVERLOADED', `${peer} reads too slowly, and was not asked to time out; try again`);
      }
      cluster.journal.event('connection', { event: 'timeOut', id: peer });
      return clusterView(cluster, hub.clock());
    },
  );
}
