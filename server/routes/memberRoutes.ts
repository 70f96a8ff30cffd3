import type { KeyValueCluster } from '../../client/KeyValueClient.ts';
import { WhitewaterError } from '../../shared/errors.ts';
import { ClusterView } from '../../shared/http/ClusterView.ts';
import { MembersAnswer } from '../../shared/http/KeyValueAnswers.ts';
import { ClusterId, PeerId } from '../../shared/ids.ts';
import { Type } from '../../shared/schema.ts';
import type { Gateway } from '../gateway/Gateway.ts';
import type { RelayApp } from '../http/RelayApp.ts';
import { clusterView } from '../hub/clusterView.ts';
import type { Cluster } from '../hub/Cluster.ts';
import type { Hub } from '../hub/Hub.ts';
import { membersOf } from '../hub/members.ts';
import { answers } from './answers.ts';
import { timeoutMsOf, TimeoutText, untilClosed } from './patience.ts';

const ClusterParams = Type.Object({ cluster: ClusterId });
const MemberParams = Type.Object({ cluster: ClusterId, peer: PeerId });
const Query = Type.Object({ timeoutMs: TimeoutText }, { additionalProperties: false });
const MemberBody = Type.Object(
  { role: Type.Union([Type.Literal('voter'), Type.Literal('learner')]) },
  { additionalProperties: false },
);
const TransferBody = Type.Object({ to: PeerId }, { additionalProperties: false });

const CHANGE_TIMEOUT_MS = 60_000;
const TRANSFER_TIMEOUT_MS = 10_000;
/** How long an answer waits for the leader's own account of what has been done. */
const TOLD_MS_MAX = 1_000;
const LOOK_EVERY_MS = 10;
/** How long a new member may take to connect: it may have been started a moment ago. */
const CONNECTED_MS_MAX = 3_000;

/** Who belongs to a cluster, and who leads it. A change is answered when it is complete, with the cluster as it is then. */
export function memberRoutes(app: RelayApp, hub: Hub, gateway: Gateway): void {
  const change = async (
    {
      cluster,
      timeout,
      fallbackMs,
      signal,
    }: { cluster: ClusterId; timeout?: string; fallbackMs: number; signal: AbortSignal },
    work: (client: KeyValueCluster, patience: { timeoutMs: number; signal: AbortSignal }) => Promise<void>,
    isTold: (members: MembersAnswer) => boolean,
  ): Promise<ClusterView> => {
    const timeoutMs = timeoutMsOf(timeout, fallbackMs);
    await gateway.request(cluster, (client) => work(client, { timeoutMs, signal }));
    const endMs = hub.clock() + TOLD_MS_MAX;
    while (!isTold(membersOf(hub.cluster(cluster))) && hub.clock() < endMs) {
      await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
    }
    return clusterView(hub.cluster(cluster), hub.clock());
  };

  app.get(
    '/api/clusters/:cluster/members',
    { schema: { params: ClusterParams, ...answers('Who belongs to the cluster', MembersAnswer) } },
    async ({ params }) => membersOf(hub.cluster(params.cluster)),
  );
  app.put(
    '/api/clusters/:cluster/members/:peer',
    {
      schema: {
        ...{ params: MemberParams, querystring: Query, body: MemberBody },
        ...answers('Makes a peer a voter, once it has caught up, or a learner', ClusterView),
      },
    },
    async ({ params: { cluster, peer }, body: { role }, query }, reply) => {
      await untilPresent(hub, cluster, peer, timeoutMsOf(query.timeoutMs, CHANGE_TIMEOUT_MS));
      return change(
        { cluster, ...timeoutOf(query), fallbackMs: CHANGE_TIMEOUT_MS, signal: untilClosed(reply) },
        (client, patience) =>
          client.changeMembers(role === 'voter' ? { voters: [peer] } : { learners: [peer] }, patience),
        ({ members, changing }) => !changing && members.some((member) => member.id === peer && member.role === role),
      );
    },
  );
  app.delete(
    '/api/clusters/:cluster/members/:peer',
    {
      schema: {
        ...{ params: MemberParams, querystring: Query },
        ...answers('Removes a peer from the cluster', ClusterView),
      },
    },
    async ({ params: { cluster, peer }, query }, reply) =>
      change(
        { cluster, ...timeoutOf(query), fallbackMs: CHANGE_TIMEOUT_MS, signal: untilClosed(reply) },
        (client, patience) => client.changeMembers({ removed: [peer] }, patience),
        ({ members, changing }) => !changing && members.every(({ id }) => id !== peer),
      ),
  );
  app.post(
    '/api/clusters/:cluster/transfer',
    {
      schema: {
        ...{ params: ClusterParams, querystring: Query, body: TransferBody },
        ...answers('Hands leadership to another voter', ClusterView),
      },
    },
    async ({ params: { cluster }, body: { to }, query }, reply) =>
      change(
        { cluster, ...timeoutOf(query), fallbackMs: TRANSFER_TIMEOUT_MS, signal: untilClosed(reply) },
        (client, patience) => client.transferLeadership(to, patience),
        ({ leader }) => leader === to,
      ),
  );
}

/** @throws {WhitewaterError} as `refuseAbsent` does */
async function untilPresent(hub: Hub, cluster: ClusterId, peer: PeerId, timeoutMs: number): Promise<void> {
  const endMs = hub.clock() + Math.min(CONNECTED_MS_MAX, timeoutMs);
  for (;;) {
    try {
      refuseAbsent(hub.cluster(cluster), peer);
      return;
    } catch (error) {
      if (hub.clock() >= endMs) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
}

/**
 * A name that was mistyped would become a member that nobody runs: a learner that never catches up.
 * @throws {WhitewaterError} PEER_UNKNOWN, PEER_NOT_CONNECTED
 */
function refuseAbsent(cluster: Cluster, peer: PeerId): void {
  const endpoint = cluster.roster.get(peer);
  if (membersOf(cluster).members.some(({ id }) => id === peer)) return;
  const start = `start it first, with "whitewater peer --id ${peer} --cluster ${cluster.id}"`;
  if (endpoint === undefined || endpoint.isEphemeral) {
    throw new WhitewaterError('PEER_UNKNOWN', `no peer of ${cluster.id} is called ${peer}; ${start}`);
  }
  if (endpoint.connection !== undefined) return;
  throw new WhitewaterError('PEER_NOT_CONNECTED', `${peer} is not connected to this relay; ${start}`);
}

function timeoutOf({ timeoutMs }: { readonly timeoutMs?: string }): { timeout?: string } {
  return timeoutMs === undefined ? {} : { timeout: timeoutMs };
}
