import type { ClusterSummary, ClusterView, FaultsSummary, PeerView } from '../../shared/http/ClusterView.ts';
import { accountOfMembers, membersToldOf } from '../../shared/http/standing.ts';
import type { Faults } from '../faults/Faults.ts';
import { isAbsent } from '../faults/partition.ts';
import type { Cluster } from './Cluster.ts';
import type { Endpoint } from './Endpoint.ts';

export function clusterView(cluster: Cluster, nowMs: number): ClusterView {
  const { id, leadership, partition, faults, traffic, roster, processes } = cluster;
  return {
    ...{ id, leader: leadership.leader, term: leadership.term, partition, faults: faultsSummary(faults.current) },
    peers: peerViews(cluster, roster.sorted(), nowMs),
    traffic,
    safety: cluster.safety.view(),
    ...(processes === undefined ? {} : { processes }),
  };
}

export function faultsSummary({ epoch, seed, profile, rules }: Faults): FaultsSummary {
  return {
    epoch,
    seed,
    profile: profile.source.name,
    rules: rules.filter(({ ofProfile }) => !ofProfile).map(({ name }) => name),
  };
}

export function clusterSummary(cluster: Cluster): ClusterSummary {
  const { id, leadership, partition, roster } = cluster;
  return {
    ...{ id, leader: leadership.leader, term: leadership.term },
    ...{ ...roster.count(membersToldOf(accountOfMembers(leadership.leader, roster))), partitioned: partition !== null },
  };
}

export function peerViews({ faults }: Cluster, endpoints: readonly Endpoint[], nowMs: number): PeerView[] {
  const { partition } = faults.current;
  return endpoints.map((endpoint) => {
    const isLost = partition !== undefined && isAbsent(partition, endpoint.id, nowMs);
    return isLost ? { ...peerView(endpoint, nowMs), isLost } : peerView(endpoint, nowMs);
  });
}

/** @param nowMs the relay's clock, by which the ages are reckoned; they are whole milliseconds */
function peerView(endpoint: Endpoint, nowMs: number): PeerView {
  const { connection, status } = endpoint;
  const refusedForMs = Math.ceil(endpoint.refusedUntilMs - nowMs);
  return {
    id: endpoint.id,
    kind: endpoint.isEphemeral ? 'client' : 'peer',
    connected: connection !== undefined,
    connectionId: connection?.id ?? null,
    remoteAddress: connection?.identity.remoteAddress ?? null,
    heardMsAgo: endpoint.heardAtMs === undefined ? null : ageMs(endpoint.heardAtMs, nowMs),
    statusMsAgo: status === undefined ? null : ageMs(endpoint.statusAtMs, nowMs),
    connections: endpoint.connections,
    signs: endpoint.connections === 0 ? null : endpoint.signs,
    refusedForMs: refusedForMs > 0 ? refusedForMs : null,
    role: status?.role ?? null,
    term: status?.term ?? null,
    votedFor: status?.votedFor ?? null,
    leader: status?.leader ?? null,
    lastLogIndex: status?.lastLogIndex ?? null,
    commitIndex: status?.commitIndex ?? null,
    lastApplied: status?.lastApplied ?? null,
    status: status ?? null,
  };
}

function ageMs(thenMs: number, nowMs: number): number {
  return Math.max(0, Math.round(nowMs - thenMs));
}
