import { ClusterSummary, ClusterView } from '../../shared/http/ClusterView.ts';
import { Partition, PartitionRequest } from '../../shared/http/Partition.ts';
import { ClusterId, PeerId } from '../../shared/ids.ts';
import type { RelayApp } from '../http/RelayApp.ts';
import { clusterSummary, clusterView } from '../hub/clusterView.ts';
import type { Hub } from '../hub/Hub.ts';
import { maySee } from '../locks/access.ts';
import { answers } from './answers.ts';
import { ChangeQuery, changeOptions } from './faultRoutes.ts';
import { Type } from '../../shared/schema.ts';

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

/** The clusters, and the faults between their endpoints. Every change is answered with the cluster as it is then. */
export function clusterRoutes(app: RelayApp, hub: Hub): void {
  const viewOf = (id: string): ClusterView => clusterView(hub.cluster(id), hub.clock());

  app.get(
    '/api/clusters',
    {
      config: { access: 'token' },
      schema: { ...answers('Every cluster that this relay knows', Type.Array(ClusterSummary)) },
    },
    async ({ grant }) => hub.clusters.filter(({ id }) => grant !== undefined && maySee(grant, id)).map(clusterSummary),
  );
  app.get(
    '/api/clusters/:cluster',
    {
      config: { access: 'read' },
      schema: { params: ClusterParams, ...answers('One cluster with its endpoints', ClusterView) },
    },
    async ({ params }) => viewOf(params.cluster),
  );
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
      hub.cluster(params.cluster).faults.setPartition(body, changeOptions(query));
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
