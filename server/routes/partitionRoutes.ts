import { ClusterView } from '../../shared/http/ClusterView.ts';
import { Partition, PartitionRequest } from '../../shared/http/Partition.ts';
import { ClusterId, PeerId } from '../../shared/ids.ts';
import { Type } from '../../shared/schema.ts';
import type { RelayApp } from '../http/RelayApp.ts';
import { clusterView } from '../hub/clusterView.ts';
import type { Hub } from '../hub/Hub.ts';
import { answers } from './answers.ts';
import { ChangeQuery, changeOptions } from './faultRoutes.ts';
import { partOfNetwork } from './partOfNetwork.ts';

const ClusterParams = Type.Object({ cluster: ClusterId });
const PeerParams = Type.Object({ cluster: ClusterId, peer: PeerId });

/** A day: a peer that has to stay away longer is better stopped. */
const FOR_MS_MAX = 86_400_000;
const DisconnectRequest = Type.Union([
  Type.Object(
    { forMs: Type.Optional(Type.Integer({ minimum: 0, maximum: FOR_MS_MAX, description: 'Refuse it for so long' })) },
    { additionalProperties: false },
  ),
  Type.Null(),
]);

/** Cuts, and what ends them. Every change is answered with the cluster as it is then. */
export function partitionRoutes(app: RelayApp, hub: Hub): void {
  const viewOf = (id: string): ClusterView => clusterView(hub.cluster(id), hub.clock());

  app.get(
    '/api/clusters/:cluster/partition',
    {
      config: { access: 'read' },
      schema: {
        params: ClusterParams,
        ...answers('The partition in force', Type.Object({ partition: Type.Union([Partition, Type.Null()]) })),
      },
    },
    async ({ params }) => ({ partition: hub.cluster(params.cluster).partition }),
  );
  app.put(
    '/api/clusters/:cluster/partition',
    {
      config: { bodyExample: '{"groups":[["p1","p2"],["p3"]]}' },
      schema: {
        ...{ params: ClusterParams, querystring: ChangeQuery, body: PartitionRequest },
        ...answers('Cuts the cluster into groups, or into a shape', ClusterView),
      },
    },
    async ({ params, query, body }) => {
      partOfNetwork('/partition', () => hub.cluster(params.cluster).faults.setPartition(body, changeOptions(query)));
      return viewOf(params.cluster);
    },
  );
  app.delete(
    '/api/clusters/:cluster/partition',
    {
      schema: {
        ...{ params: ClusterParams, querystring: ChangeQuery },
        ...answers('Heals the partition, if there is one', ClusterView),
      },
    },
    async ({ params, query }) => {
      hub.cluster(params.cluster).faults.setPartition(null, changeOptions(query));
      return viewOf(params.cluster);
    },
  );
  app.post(
    '/api/clusters/:cluster/heal',
    {
      schema: {
        ...{ params: ClusterParams, querystring: ChangeQuery },
        ...answers('No partition, no rules, a reliable network, and nobody is refused', ClusterView),
      },
    },
    async ({ params, query }) => {
      hub.cluster(params.cluster).heal(changeOptions(query));
      return viewOf(params.cluster);
    },
  );
  app.post(
    '/api/clusters/:cluster/peers/:peer/disconnect',
    {
      schema: {
        params: PeerParams,
        body: DisconnectRequest,
        ...answers('Cuts a socket now, and refuses the next ones for a while', ClusterView),
      },
    },
    async ({ params, body }) => {
      hub.cluster(params.cluster).disconnect(params.peer, body?.forMs ?? 0);
      return viewOf(params.cluster);
    },
  );
}
