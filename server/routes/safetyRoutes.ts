import { SafetyView } from '../../shared/http/Safety.ts';
import { ClusterId } from '../../shared/ids.ts';
import { Type } from '../../shared/schema.ts';
import type { RelayApp } from '../http/RelayApp.ts';
import type { Hub } from '../hub/Hub.ts';
import { answers } from './answers.ts';

const ClusterParams = Type.Object({ cluster: ClusterId });

/** What the peers tell, held against Raft's promises. */
export function safetyRoutes(app: RelayApp, hub: Hub): void {
  app.get(
    '/api/clusters/:cluster/safety',
    {
      config: { access: 'read' },
      schema: { params: ClusterParams, ...answers("The peers' accounts, held against Raft's promises", SafetyView) },
    },
    async ({ params }) => hub.cluster(params.cluster).safety.view(),
  );
  app.delete(
    '/api/clusters/:cluster/safety',
    { schema: { params: ClusterParams, ...answers('Forgets what was judged, and begins anew', SafetyView) } },
    async ({ params }) => {
      const { safety } = hub.cluster(params.cluster);
      safety.beginAnew();
      return safety.view();
    },
  );
}
