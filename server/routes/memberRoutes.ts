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
import { explained, notAMember, type MemberRequest } from './memberRefusals.ts';
import { explainSilence } from './situation.ts';
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
/** How old a leader's account of the members may be, several times over: it tells of a change within a twentieth second. */
const MEMBERS_MS_MAX = 500;

interface ChangeOptions {
  readonly cluster: ClusterId;
  readonly request: MemberRequest;
  readonly timeout?: string;
  readonly fallbackMs: number;
  readonly signal: AbortSignal;
}

/** Carries a change out, and answers with the cluster once its leader tells of it. */
function changer(hub: Hub, gateway: Gateway) {
  return async (
    { cluster, request, timeout, fallbackMs, signal }: ChangeOptions,
    work: (client: KeyValueCluster, patience: { timeoutMs: number; signal: AbortSignal }) => Promise<void>,
    isTold: (members: MembersAnswer) => boolean,
  ): Promise<ClusterView> => {
    const timeoutMs = timeoutMsOf(timeout, fallbackMs);
    try {
      await explainSilence(hub, cluster, 'see "whitewater members"', () =>
        gateway.request(cluster, (client) => work(client, { timeoutMs, signal })),
      );
    } catch (error) {
      throw explained(error, request, cluster, membersOf(hub.cluster(cluster)));
    }
    const endMs = hub.clock() + TOLD_MS_MAX;
    while (!isTold(membersOf(hub.cluster(cluster))) && hub.clock() < endMs) {
      await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
    }
    return clusterView(hub.cluster(cluster), hub.clock());
  };
}

/** Who belongs to a cluster, and who leads it. A change is answered when it is complete, with the cluster as it is then. */
export function memberRoutes(app: RelayApp, hub: Hub, gateway: Gateway): void {
  changeRoutes(app, hub, gateway);
  transferRoute(app, hub, gateway);
  app.get(
    '/api/clusters/:cluster/members',
    {
      config: { access: 'read' },
      schema: { params: ClusterParams, ...answers('Who belongs to the cluster', MembersAnswer) },
    },
    async ({ params }) => membersOf(hub.cluster(params.cluster)),
  );
}

function changeRoutes(app: RelayApp, hub: Hub, gateway: Gateway): void {
  const change = changer(hub, gateway);
  app.put(
    '/api/clusters/:cluster/members/:peer',
    {
      config: { bodyExample: '{"role":"voter"}' },
      schema: {
        ...{ params: MemberParams, querystring: Query, body: MemberBody },
        ...answers('Makes a peer a voter, once it has caught up, or a learner', ClusterView),
      },
    },
    async ({ params: { cluster, peer }, body: { role }, query }, reply) => {
      await untilPresent(hub, cluster, peer, timeoutMsOf(query.timeoutMs, CHANGE_TIMEOUT_MS));
      const request = { type: 'set', peer, role } as const;
      return change(
        { cluster, request, ...timeoutOf(query), fallbackMs: CHANGE_TIMEOUT_MS, signal: untilClosed(reply) },
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
        ...answers('Removes a peer from the cluster; one that is no member is refused', ClusterView),
      },
    },
    async ({ params: { cluster, peer }, query }, reply) => {
      const signal = untilClosed(reply);
      await untilMember(hub, cluster, peer, { timeoutMs: timeoutMsOf(query.timeoutMs, CHANGE_TIMEOUT_MS), signal });
      const request = { type: 'remove', peer } as const;
      return change(
        { cluster, request, ...timeoutOf(query), fallbackMs: CHANGE_TIMEOUT_MS, signal },
        (client, patience) => client.changeMembers({ removed: [peer] }, patience),
        ({ members, changing }) => !changing && members.every(({ id }) => id !== peer),
      );
    },
  );
}

function transferRoute(app: RelayApp, hub: Hub, gateway: Gateway): void {
  const change = changer(hub, gateway);
  app.post(
    '/api/clusters/:cluster/transfer',
    {
      config: { bodyExample: '{"to":"p2"}' },
      schema: {
        ...{ params: ClusterParams, querystring: Query, body: TransferBody },
        ...answers('Hands leadership to another voter', ClusterView),
      },
    },
    async ({ params: { cluster }, body: { to }, query }, reply) => {
      const request = { type: 'transfer', peer: to } as const;
      const isVoter = membersOf(hub.cluster(cluster)).members.some(({ id, role }) => id === to && role === 'voter');
      // One that is away could not be asked to take over, and the leader would refuse writes meanwhile.
      if (isVoter) hub.cluster(cluster).refuseAbsent(to, 'choose a voter that is');
      return change(
        { cluster, request, ...timeoutOf(query), fallbackMs: TRANSFER_TIMEOUT_MS, signal: untilClosed(reply) },
        (client, patience) => client.transferLeadership(to, patience),
        ({ leader }) => leader === to,
      );
    },
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
 * The cluster itself takes the removal of a stranger for one that is done, so a mistyped name is told from what the leader says.
 * Its word may be a moment old; without a leader there is nobody to ask, and none to change anything.
 * @throws {WhitewaterError} MEMBERSHIP_REFUSED: nothing was done
 */
async function untilMember(
  hub: Hub,
  cluster: ClusterId,
  peer: PeerId,
  { timeoutMs, signal }: { readonly timeoutMs: number; readonly signal: AbortSignal },
): Promise<void> {
  const startMs = hub.clock();
  for (;;) {
    const told = membersOf(hub.cluster(cluster));
    // While a change is under way it may be this one: the cluster waits for its end.
    if (told.changing || told.members.some(({ id }) => id === peer)) return;
    const elapsedMs = hub.clock() - startMs;
    if (told.leader !== null && elapsedMs >= Math.min(MEMBERS_MS_MAX, timeoutMs)) throw notAMember(peer, cluster, told);
    // The cluster says in its own way that it has no leader.
    if (elapsedMs >= timeoutMs || hub.isStopping) return;
    signal.throwIfAborted();
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
