import { PeerId } from '../ids.ts';
import { ClusterView } from './ClusterView.ts';
import type { LiveFrames } from './Frames.ts';
import { Partition } from './Partition.ts';
import { type Static, Type } from '../schema.ts';

/** A thing that happened, worth a line: for the page's list and for `up` without a terminal. */
export const LiveEvent = Type.Object({
  /** Milliseconds since the Unix epoch. */
  timeMs: Type.Number(),
  kind: Type.Union([
    Type.Literal('connected'),
    Type.Literal('disconnected'),
    Type.Literal('roleChanged'),
    Type.Literal('leaderElected'),
    Type.Literal('leaderLost'),
    Type.Literal('membersChanged'),
    /** Some peers sign and others do not, or that is over. */
    Type.Literal('signing'),
    Type.Literal('partitioned'),
    Type.Literal('healed'),
    Type.Literal('faultsChanged'),
    Type.Literal('refused'),
  ]),
  peer: Type.Union([PeerId, Type.Null()]),
  /** One sentence. */
  text: Type.String(),
});
export type LiveEvent = Static<typeof LiveEvent>;

/** What happened to the frames of one directed link since the last message of the feed. */
export const LinkTraffic = Type.Object({
  from: PeerId,
  to: PeerId,
  delivered: Type.Integer({ minimum: 0 }),
  dropped: Type.Integer({ minimum: 0 }),
});
export type LinkTraffic = Static<typeof LinkTraffic>;

/** First message of a feed. May come again in its midst, to a viewer that was too slow, and then replaces everything. */
export const LiveSnapshot = Type.Object({
  type: Type.Literal('snapshot'),
  timeMs: Type.Number(),
  cluster: ClusterView,
  /** The newest events, oldest first. */
  events: Type.Array(LiveEvent),
});
export type LiveSnapshot = Static<typeof LiveSnapshot>;

/** Every later message: only what changed. A peer that is named replaces the one of the same id. */
export const LiveDelta = Type.Object({
  type: Type.Literal('delta'),
  timeMs: Type.Number(),
  leader: Type.Union([PeerId, Type.Null()]),
  term: Type.Integer({ minimum: 0 }),
  /** Present when it changed; null when healed. */
  partition: Type.Optional(Type.Union([Partition, Type.Null()])),
  /** Present when they changed. */
  faults: Type.Optional(ClusterView.properties.faults),
  peers: ClusterView.properties.peers,
  events: Type.Array(LiveEvent),
  links: Type.Array(LinkTraffic),
  traffic: ClusterView.properties.traffic,
  /** Present when a check changed; whole, as `processes` is. */
  safety: ClusterView.properties.safety,
  processes: ClusterView.properties.processes,
});
export type LiveDelta = Static<typeof LiveDelta>;

/** What a feed says unless it is asked for more. */
export type LiveMessage = LiveSnapshot | LiveDelta;
/** What a feed says that was asked for frames too. */
export type SampledMessage = LiveMessage | LiveFrames;
