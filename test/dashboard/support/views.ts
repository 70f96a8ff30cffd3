import type { ClusterView, PeerView } from '../../../shared/http/ClusterView.ts';
import type { LiveDelta, LiveSnapshot } from '../../../shared/http/Live.ts';
import { noDrops, type Traffic } from '../../../shared/http/Traffic.ts';
import { clusterId, type PeerId } from '../../../shared/ids.ts';
import type { Status } from '../../../shared/messages/Status.ts';
import type { Picture } from '../../../server/dashboard/src/model/Picture.ts';
import { reduce } from '../../../server/dashboard/src/model/reduce.ts';

export const NO_TRAFFIC: Traffic = {
  framesIn: 0,
  bytesIn: 0,
  framesDelivered: 0,
  bytesDelivered: 0,
  framesCopied: 0,
  framesUnsent: 0,
  framesDropped: noDrops(),
  requests: 0,
  labBytes: 0,
  controlFrames: 0,
};

/** What a relay says of a connected peer with that status, and what is different about this one. */
export function viewOf(id: PeerId, status: Status | null, changes: Partial<PeerView> = {}): PeerView {
  return {
    id,
    kind: 'peer',
    connected: true,
    connectionId: 'c1',
    remoteAddress: '127.0.0.1',
    heardMsAgo: 0,
    statusMsAgo: status === null ? null : 0,
    connections: 1,
    refusedForMs: null,
    signs: false,
    role: status?.role ?? null,
    term: status?.term ?? null,
    votedFor: status?.votedFor ?? null,
    leader: status?.leader ?? null,
    lastLogIndex: status?.lastLogIndex ?? null,
    commitIndex: status?.commitIndex ?? null,
    lastApplied: status?.lastApplied ?? null,
    status,
    ...changes,
  };
}

export function snapshotOf(peers: PeerView[], changes: Partial<ClusterView> = {}): LiveSnapshot {
  const cluster = {
    id: clusterId('demo'),
    leader: null,
    term: 0,
    partition: null,
    faults: { epoch: 0, seed: 's', profile: 'reliable', rules: [] },
    peers,
    traffic: NO_TRAFFIC,
    ...changes,
  };
  return { type: 'snapshot', timeMs: 1_700_000_000_000, cluster, events: [] };
}

export function deltaOf(changes: Partial<LiveDelta> = {}): LiveDelta {
  return {
    type: 'delta',
    timeMs: 1_700_000_000_100,
    leader: null,
    term: 0,
    peers: [],
    events: [],
    links: [],
    traffic: NO_TRAFFIC,
    ...changes,
  };
}

/** The picture after a snapshot at 0 ms and the deltas given, 100 ms apart. */
export function pictureOf(snapshot: LiveSnapshot, ...deltas: LiveDelta[]): Picture {
  let picture = reduce(null, snapshot, 0);
  deltas.forEach((delta, index) => (picture = reduce(picture, delta, (index + 1) * 100)));
  if (picture === null) throw new Error('a snapshot always gives a picture');
  return picture;
}
