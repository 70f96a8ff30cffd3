import type { LinkTraffic, LiveDelta, LiveEvent, LiveMessage, LiveSnapshot } from '../../../../shared/http/Live.ts';
import type { PeerView } from '../../../../shared/http/ClusterView.ts';
import { accountOfMembers, membersToldOf, standingOf } from '../../../../shared/http/standing.ts';
import type { PeerId } from '../../../../shared/ids.ts';
import { doubtOf } from './doubt.ts';
import { count, type LinkRate, linkKey, rateAt, SILENT } from './linkRate.ts';
import { EVENTS_MAX, type Picture, type SeenPeer } from './Picture.ts';

/**
 * The picture after one more message of the feed. Pure: `nowMs` is the page's monotonic clock.
 * A delta without a snapshot before it means nothing, and changes nothing.
 */
export function reduce(picture: Picture | null, message: LiveMessage, nowMs: number): Picture | null {
  if (message.type === 'snapshot') return withDoubts(fromSnapshot(picture, message, nowMs));
  if (picture === null) return null;
  return withDoubts(withDelta(picture, message, nowMs));
}

/** The relay sends a snapshot in the midst of a feed too, to a viewer that was too slow: the rates then live on. */
function fromSnapshot(picture: Picture | null, { cluster, events, timeMs }: LiveSnapshot, nowMs: number): Picture {
  const links = picture?.cluster === cluster.id ? counted(picture.links, [], nowMs) : new Map<string, LinkRate>();
  return {
    cluster: cluster.id,
    leader: cluster.leader,
    term: cluster.term,
    partition: cluster.partition,
    faults: cluster.faults,
    ...byKind(
      cluster.peers.map((view) => seen(view, nowMs)),
      cluster.leader,
    ),
    events: newestFirst(events, []),
    links,
    traffic: cluster.traffic,
    safety: cluster.safety ?? null,
    processes: cluster.processes ?? null,
    relayTimeMs: timeMs,
    receivedAtMs: nowMs,
  };
}

function withDelta(picture: Picture, delta: LiveDelta, nowMs: number): Picture {
  return {
    ...picture,
    leader: delta.leader,
    term: delta.term,
    partition: delta.partition === undefined ? picture.partition : delta.partition,
    faults: delta.faults ?? picture.faults,
    ...byKind(
      heard(replaced([...picture.peers, ...picture.clients], delta.peers, nowMs), delta.links, nowMs),
      delta.leader,
    ),
    events: newestFirst(delta.events, picture.events),
    // What flowed before a cut or a heal would look like a leak: rates begin anew.
    links: counted(delta.partition === undefined ? picture.links : new Map<string, LinkRate>(), delta.links, nowMs),
    traffic: delta.traffic,
    safety: delta.safety ?? picture.safety,
    processes: delta.processes ?? picture.processes,
    relayTimeMs: delta.timeMs,
    receivedAtMs: nowMs,
  };
}

function seen(view: PeerView, nowMs: number, before?: SeenPeer): SeenPeer {
  return {
    view,
    receivedAtMs: nowMs,
    heardAtMs: view.heardMsAgo === null ? null : nowMs - view.heardMsAgo,
    leaderHeardAtMs: before?.view.leader === view.leader ? (before.leaderHeardAtMs ?? null) : null,
    standing: before?.standing ?? 'member',
    doubt: before?.doubt ?? null,
  };
}

function replaced(peers: readonly SeenPeer[], views: readonly PeerView[], nowMs: number): readonly SeenPeer[] {
  if (views.length === 0) return peers;
  const byId = new Map(peers.map((peer) => [peer.view.id, peer]));
  for (const view of views) byId.set(view.id, seen(view, nowMs, byId.get(view.id)));
  return [...byId.values()];
}

/**
 * A frame that the relay has counted is a frame that it has heard, whether or not it also described the sender anew.
 * One that reached a follower from its leader reset an election timer, more often than peers tell of theirs.
 */
function heard(peers: readonly SeenPeer[], links: readonly LinkTraffic[], nowMs: number): readonly SeenPeer[] {
  const senders = new Set<PeerId>();
  const delivered = new Set<string>();
  for (const link of links) {
    if (link.delivered + link.dropped > 0) senders.add(link.from);
    if (link.delivered > 0) delivered.add(linkKey(link.from, link.to));
  }
  if (senders.size === 0) return peers;
  return peers.map((peer) => {
    const { id, leader } = peer.view;
    const isHeard = senders.has(id);
    const isReset = leader !== null && delivered.has(linkKey(leader, id));
    if (!isHeard && !isReset) return peer;
    return {
      ...peer,
      heardAtMs: isHeard ? nowMs : peer.heardAtMs,
      leaderHeardAtMs: isReset ? nowMs : peer.leaderHeardAtMs,
    };
  });
}

function counted(
  rates: ReadonlyMap<string, LinkRate>,
  links: readonly LinkTraffic[],
  nowMs: number,
): ReadonlyMap<string, LinkRate> {
  const next = new Map<string, LinkRate>();
  for (const [key, rate] of rates) {
    const faded = rateAt(rate, nowMs);
    if (faded.deliveredPerSecond > 0 || faded.droppedPerSecond > 0) next.set(key, faded);
  }
  for (const link of links) {
    const key = linkKey(link.from, link.to);
    next.set(key, count(next.get(key) ?? SILENT, link, nowMs));
  }
  return next;
}

function newestFirst(arrived: readonly LiveEvent[], before: readonly LiveEvent[]): readonly LiveEvent[] {
  if (arrived.length === 0) return before;
  return [...arrived.toReversed(), ...before].slice(0, EVENTS_MAX);
}

function byKind(endpoints: readonly SeenPeer[], leader: PeerId | null): Pick<Picture, 'peers' | 'clients'> {
  const of = (kind: PeerView['kind']) => inOrder(endpoints.filter(({ view }) => view.kind === kind));
  return { peers: withStanding(of('peer'), leader), clients: of('client') };
}

/** Who belongs to the cluster is for its leader to say, so one peer's news may change how others stand. */
function withStanding(peers: readonly SeenPeer[], leader: PeerId | null): readonly SeenPeer[] {
  const views = peers.map(({ view }) => view);
  const members = membersToldOf(accountOfMembers(leader, views));
  return peers.map((peer) => {
    // A leader that is removed leads until that is committed.
    const leads = peer.view.connected && peer.view.role === 'leader';
    const standing = leads ? 'member' : standingOf(peer.view, members);
    return standing === peer.standing ? peer : { ...peer, standing };
  });
}

/** Whether a leader is to be believed depends on what the others tell, and on time. */
function withDoubts(picture: Picture): Picture {
  const peers = picture.peers.map((peer) => {
    const doubt = doubtOf(peer, picture);
    return doubt === peer.doubt ? peer : { ...peer, doubt };
  });
  return { ...picture, peers };
}

/** Made once: a comparison by `localeCompare` costs as much as all of a message besides. */
const ORDER = new Intl.Collator('en', { numeric: true });

function inOrder(peers: SeenPeer[]): SeenPeer[] {
  return peers.sort((a, b) => ORDER.compare(a.view.id, b.view.id));
}
