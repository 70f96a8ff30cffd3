import type { ClusterView, PeerView } from '../../../../shared/http/ClusterView.ts';
import type { Picture } from './Picture.ts';

/**
 * Whether a picture is of the cluster as the relay describes it now. Looks at what the feed tells every change of: each frame that
 * comes in is one, so a cluster in which anything goes on differs soon. Ages and what is reckoned from them are left out.
 */
export function isUpToDate(picture: Picture, cluster: ClusterView): boolean {
  const shown = [...picture.peers, ...picture.clients].map(({ view }) => view);
  return (
    picture.term === cluster.term &&
    picture.leader === cluster.leader &&
    picture.faults.epoch === cluster.faults.epoch &&
    picture.traffic.framesIn === cluster.traffic.framesIn &&
    picture.traffic.controlFrames === cluster.traffic.controlFrames &&
    connectionsOf(shown) === connectionsOf(cluster.peers)
  );
}

function connectionsOf(peers: readonly PeerView[]): string {
  const connected = peers.filter((peer) => peer.connected);
  return connected
    .map(({ id, connectionId }) => `${id} ${connectionId}`)
    .sort()
    .join();
}
