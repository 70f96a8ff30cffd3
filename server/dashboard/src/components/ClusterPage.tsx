import { useEffect, useState } from 'preact/hooks';
import type { RelayClient } from '../../../../client/RelayClient.ts';
import type { ClusterSummary } from '../../../../shared/http/ClusterView.ts';
import type { PeerId } from '../../../../shared/ids.ts';
import { useActions } from '../hooks/useActions.ts';
import type { Feed } from '../hooks/useFeed.ts';
import { useNow } from '../hooks/useNow.ts';
import { useSession } from '../hooks/useSession.ts';
import { type Draft, draftOf, groupsInForce, groupsOfDraft, groupsText, sameGroups } from '../model/groups.ts';
import type { Picture } from '../model/Picture.ts';
import { isStale } from '../model/staleness.ts';
import { Announcer } from './shell/Announcer.tsx';
import { ClientTable } from './table/ClientTable.tsx';
import { Controls } from './break/Controls.tsx';
import { EventList } from './time/EventList.tsx';
import { PeerTable } from './table/PeerTable.tsx';
import { ShellPanel } from './shell/ShellPanel.tsx';
import { Stage } from './shell/Stage.tsx';

interface ClusterPageProps {
  readonly base: URL;
  readonly client: RelayClient;
  readonly relay: string;
  readonly feed: Feed;
  readonly picture: Picture;
  readonly clusters: readonly ClusterSummary[];
}

/** One cluster: the ring, what breaks it, the same as a table, what happened. */
export function ClusterPage({ base, client, relay, feed, picture, clusters }: ClusterPageProps) {
  const nowMs = useNow(250);
  const actions = useActions(client, picture.cluster);
  const session = useSession(base);
  const ids = picture.peers.map(({ view }) => view.id);
  const inForce = groupsInForce(picture.partition, ids);
  const [changes, setChanges] = useState<Draft | null>(null);
  const draft = changes ?? draftOf(inForce);
  const draftGroups = groupsOfDraft(draft, ids);
  const letters = Math.min(Math.max(3, inForce.length), Math.max(1, ids.length));

  // The network has changed under a draft, by its own doing or by somebody else's.
  useEffect(() => setChanges(null), [groupsText(inForce)]);

  /** @param groupAfter the new group, from the one it is in */
  const put = (peer: PeerId, groupAfter: (group: number) => number): void =>
    setChanges((before) => {
      const from = before ?? draftOf(inForce);
      const next = new Map([...from, [peer, groupAfter(from.get(peer) ?? 0)]]);
      // A draft that says what is so already is none: it follows the partition again.
      return sameGroups(groupsOfDraft(next, ids), inForce) ? null : next;
    });
  const stale = isStale(feed, nowMs);
  const context = {
    relay,
    cluster: picture.cluster,
    isOnlyCluster: clusters.length < 2,
    needsToken: session?.locked ?? false,
  };
  return (
    <div class="cluster" data-stale={stale}>
      <Announcer picture={picture} isStale={stale} />
      <Stage
        {...{ picture, inForce, nowMs, stale }}
        draft={changes === null ? null : draft}
        onPeer={(peer) => put(peer, (group) => (group + 1) % letters)}
      />
      <div class="side">
        <Controls
          {...{ picture, inForce, draft, draftGroups, letters, actions }}
          isChanged={changes !== null}
          onPut={(peer, group) => put(peer, () => group)}
          onReset={() => setChanges(null)}
        />
        <EventList events={picture.events} />
      </div>
      {/* Above what grows under the pointer, or its buttons would slip away from it. */}
      <ClientTable {...{ picture, nowMs, actions }} />
      <ShellPanel {...{ actions, context }} suggestion={changes === null ? null : draftGroups} />
      <PeerTable {...{ picture, inForce, nowMs, actions }} />
    </div>
  );
}
