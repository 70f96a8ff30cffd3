import { ClusterId, PeerId } from '../ids.ts';
import { Role, Status } from '../messages/Status.ts';
import { Count, LogIndex, Milliseconds, Term } from '../numbers.ts';
import { Partition } from './Partition.ts';
import { ProcessesView } from './Processes.ts';
import { SafetyView } from './Safety.ts';
import { Traffic } from './Traffic.ts';
import { type Static, Type } from '../schema.ts';

const nullable = <Schema extends Parameters<typeof Type.Union>[0][number]>(schema: Schema) =>
  Type.Union([schema, Type.Null()]);

/**
 * What the relay knows of one endpoint: its connection, and the newest status that it reported.
 * Everything from `role` on is the peer's own account, `statusMsAgo` old, and null until it gave one.
 */
export const PeerView = Type.Object({
  id: PeerId,
  /** A client uses the cluster and is no part of it: it has no role, does not vote, and is forgotten when it goes. */
  kind: Type.Union([Type.Literal('peer'), Type.Literal('client')]),
  connected: Type.Boolean(),
  /** Names the connection, in the relay's log and trace too. */
  connectionId: nullable(Type.String()),
  /** The address from which it connected. */
  remoteAddress: nullable(Type.String()),
  /** Since any frame came from it; null if none ever did. */
  heardMsAgo: nullable(Milliseconds),
  statusMsAgo: nullable(Milliseconds),
  /** How many times it has connected. */
  connections: Count,
  /** Whether it signs what it says to others and takes only what they signed, by its newest Hello; null if it never connected. */
  signs: nullable(Type.Boolean()),
  /** While an operator refuses its connections: how much longer. */
  refusedForMs: nullable(Milliseconds),
  /** Present while a partition that loses peers in turn (`swizzle`) keeps this one from all others. */
  isLost: Type.Optional(Type.Literal(true)),
  role: nullable(Role),
  term: nullable(Term),
  votedFor: nullable(PeerId),
  leader: nullable(PeerId),
  lastLogIndex: nullable(LogIndex),
  commitIndex: nullable(LogIndex),
  lastApplied: nullable(LogIndex),
  /** The whole status, for whoever wants more. */
  status: nullable(Status),
});
export type PeerView = Static<typeof PeerView>;

/** The faults in force, in short; `GET .../network` has them whole. */
export const FaultsSummary = Type.Object({
  epoch: Count,
  /** What all faults are drawn from. */
  seed: Type.String(),
  /** The name of the network's profile. */
  profile: Type.String(),
  /** Names of rules besides those of the profile, in the order in which they are asked. */
  rules: Type.Array(Type.String()),
});
export type FaultsSummary = Static<typeof FaultsSummary>;

/**
 * One cluster as the relay sees it. `leader` and `term` come from the statuses of connected peers: the leader of the
 * highest term among those that call themselves leader; null when none does.
 */
export const ClusterView = Type.Object({
  id: ClusterId,
  leader: nullable(PeerId),
  /** The highest term that any peer reported; 0 when none did. */
  term: Term,
  partition: nullable(Partition),
  faults: FaultsSummary,
  /** Its endpoints: peers, and by their \`kind\`, clients. */
  peers: Type.Array(PeerView),
  traffic: Traffic,
  /** What the peers told, held against Raft's promises. */
  safety: Type.Optional(SafetyView),
  /** The peers' processes, where this relay has their owner. */
  processes: Type.Optional(ProcessesView),
});
export type ClusterView = Static<typeof ClusterView>;

export const ClusterSummary = Type.Object({
  id: ClusterId,
  leader: nullable(PeerId),
  term: Term,
  /** Members, or while nobody has told who they are, all peers; \`connected\` counts the same. */
  peers: Count,
  connected: Count,
  /** Connected ones. */
  clients: Count,
  partitioned: Type.Boolean(),
});
export type ClusterSummary = Static<typeof ClusterSummary>;
