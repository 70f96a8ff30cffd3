import type { PeerView } from '../../../../../shared/http/ClusterView.ts';
import type { LiveSnapshot } from '../../../../../shared/http/Live.ts';
import { agedMs, heardMsAgo, refusedForMs } from '../aging.ts';
import type { Picture, SeenPeer } from '../Picture.ts';

/** A picture as the first message of a feed: what a relay would have said at that moment, all ages counted on to it. */
export function snapshotOf(picture: Picture): LiveSnapshot {
  const nowMs = picture.receivedAtMs;
  return {
    type: 'snapshot',
    timeMs: picture.relayTimeMs,
    cluster: {
      id: picture.cluster,
      leader: picture.leader,
      term: picture.term,
      partition: picture.partition,
      faults: picture.faults,
      peers: [...picture.peers, ...picture.clients].map((peer) => viewNow(peer, nowMs)),
      traffic: picture.traffic,
      ...(picture.safety === null ? {} : { safety: picture.safety }),
      ...(picture.processes === null ? {} : { processes: picture.processes }),
    },
    events: picture.events.toReversed(),
  };
}

function viewNow(peer: SeenPeer, nowMs: number): PeerView {
  return {
    ...peer.view,
    heardMsAgo: heardMsAgo(peer, nowMs),
    statusMsAgo: agedMs(peer, peer.view.statusMsAgo, nowMs),
    refusedForMs: peer.view.refusedForMs === null ? null : refusedForMs(peer, nowMs),
  };
}
