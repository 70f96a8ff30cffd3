import { ClusterSummary, ClusterView } from '../../shared/http/ClusterView.ts';
import { ClusterId } from '../../shared/ids.ts';
import type { RelayApp } from '../http/RelayApp.ts';
import { clusterSummary, clusterView } from '../hub/clusterView.ts';
import type { Hub } from '../hub/Hub.ts';
import { maySee } from '../locks/access.ts';
import { answers } from './answers.ts';
import { Type } from '../../shared/schema.ts';

const ClusterParams = Type.Object({ cluster: ClusterId });
/** The clusters that this relay knows. */
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
}
