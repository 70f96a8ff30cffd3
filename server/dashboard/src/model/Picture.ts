import type { LiveEvent } from '../../../../shared/http/Live.ts';
import type { Partition } from '../../../../shared/http/Partition.ts';
import type { FaultsSummary, PeerView } from '../../../../shared/http/ClusterView.ts';
import type { ProcessesView } from '../../../../shared/http/Processes.ts';
import type { SafetyView } from '../../../../shared/http/Safety.ts';
import type { Standing } from '../../../../shared/http/standing.ts';
import type { Traffic } from '../../../../shared/http/Traffic.ts';
import type { ClusterId, PeerId } from '../../../../shared/ids.ts';
import type { Doubt } from './doubt.ts';
import type { LinkRate } from './linkRate.ts';

/** The most events that the page keeps; older ones are forgotten. */
export const EVENTS_MAX = 200;

/** A peer as the relay last described it, and when that description arrived. */
export interface SeenPeer {
  readonly view: PeerView;
  /** The page's own monotonic clock, in milliseconds: what ages in the view is counted on from here. */
  readonly receivedAtMs: number;
  /** When the relay last heard from it, on the page's clock; null if never. */
  readonly heardAtMs: number | null;
  /** When a frame of the leader that it follows last reached it, on the page's clock; null if none was seen to. */
  readonly leaderHeardAtMs: number | null;
  /** A peer that is no member has no role, whatever it says of itself; see `standingOf`. */
  readonly standing: Standing;
  /** Null for whoever does not lead, too. */
  readonly doubt: Doubt | null;
}

/** Everything that the page knows of one cluster. Changed by `reduce` alone. */
export interface Picture {
  readonly cluster: ClusterId;
  /** The relay's judgement: the leader of the highest term among connected peers. */
  readonly leader: PeerId | null;
  readonly term: number;
  readonly partition: Partition | null;
  readonly faults: FaultsSummary;
  /** By id, numbers in it counted as numbers: p2 before p10. */
  readonly peers: readonly SeenPeer[];
  /** Endpoints that use the cluster and are no part of it. By id too. */
  readonly clients: readonly SeenPeer[];
  /** Newest first, at most EVENTS_MAX. */
  readonly events: readonly LiveEvent[];
  /** By `linkKey`. */
  readonly links: ReadonlyMap<string, LinkRate>;
  readonly traffic: Traffic;
  /** Null when the relay judges nothing. */
  readonly safety: SafetyView | null;
  /** Null when the relay tells nothing of processes. */
  readonly processes: ProcessesView | null;
  /** The relay's clock (Unix epoch) and the page's own (monotonic), both when the newest message came. */
  readonly relayTimeMs: number;
  readonly receivedAtMs: number;
}
