import type { ClusterView, PeerView } from '../../shared/http/ClusterView.ts';
import type { LiveEvent, LiveMessage } from '../../shared/http/Live.ts';

/** How many of the newest events are kept. */
export const EVENTS_KEPT_MAX = 50;

/** A peer as the relay last told of it, and when this end heard that, on its own clock. */
interface Seen {
  readonly view: PeerView;
  readonly atMs: number;
  /** When the relay last had a frame from it, on this end's clock; undefined when it never had one. */
  heardAtMs: number | undefined;
  /** When a frame of its leader last reached it. */
  leaderHeardAtMs: number | undefined;
}

/** What is left of an election timer, and how long it was at its start. */
export interface TimerNow {
  readonly remainingMs: number;
  readonly timeoutMs: number;
}

/** What the live feed of one cluster has told so far. Ages grow by this end's clock between two messages. */
export class ClusterPicture {
  readonly events: LiveEvent[] = [];
  #view: ClusterView | undefined;
  #atMs = 0;
  #seen = new Map<string, Seen>();

  /**
   * Takes the next message of the feed.
   * @param nowMs this end's monotonic clock
   * @returns the events that are news
   */
  apply(message: LiveMessage, nowMs: number): readonly LiveEvent[] {
    this.#atMs = nowMs;
    if (message.type === 'snapshot') {
      this.#view = message.cluster;
      this.#seen = new Map();
      for (const peer of message.cluster.peers) this.#see(peer, nowMs);
      return this.#take(newsIn(message.events, this.events));
    }
    const before = this.#view;
    if (before === undefined) return [];
    for (const peer of message.peers) this.#see(peer, nowMs);
    // A frame that passed is a sign of life too, and the feed tells of those by link only.
    for (const { from, to, delivered } of message.links) {
      const sender = this.#seen.get(from);
      if (sender !== undefined) sender.heardAtMs = nowMs;
      const receiver = this.#seen.get(to);
      if (receiver?.view.leader === from && delivered > 0) receiver.leaderHeardAtMs = nowMs;
    }
    const { leader, term, traffic, partition = before.partition, faults = before.faults } = message;
    const { safety, processes } = message;
    this.#view = {
      ...{ ...before, leader, term, traffic, partition, faults },
      ...(safety === undefined ? {} : { safety }),
      ...(processes === undefined ? {} : { processes }),
    };
    return this.#take(message.events);
  }

  /** The cluster as it is by now, with every age grown; undefined before the first message. */
  viewAt(nowMs: number): ClusterView | undefined {
    if (this.#view === undefined) return undefined;
    const peers = [...this.#seen.values()].map((seen) => agedPeer(seen, nowMs));
    peers.sort((one, other) => one.id.localeCompare(other.id, 'en', { numeric: true }));
    return { ...this.#view, peers };
  }

  /**
   * The election timer of a peer by now; undefined when it has none, or is away. A heartbeat resets it ten times as often as
   * peers tell of it, so a frame that reached a follower from its leader counts as a reset to the timeout last told.
   */
  timerAt(id: string, nowMs: number): TimerNow | undefined {
    const seen = this.#seen.get(id);
    const told = seen && timerTold(seen.view);
    if (seen === undefined || told === undefined) return undefined;
    const madeAtMs = seen.atMs - (seen.view.statusMsAgo ?? 0);
    const { leaderHeardAtMs = -Infinity } = seen;
    const isFollower = seen.view.role === 'follower';
    const remainingMs =
      isFollower && leaderHeardAtMs > madeAtMs
        ? told.timeoutMs - (nowMs - leaderHeardAtMs)
        : told.remainingMs - (nowMs - madeAtMs);
    return { remainingMs: Math.max(0, remainingMs), timeoutMs: told.timeoutMs };
  }

  /** Since the last message of the feed. */
  ageMs(nowMs: number): number {
    return nowMs - this.#atMs;
  }

  #see(view: PeerView, atMs: number): void {
    const heardAtMs = view.heardMsAgo === null ? undefined : atMs - view.heardMsAgo;
    this.#seen.set(view.id, { view, atMs, heardAtMs, leaderHeardAtMs: this.#seen.get(view.id)?.leaderHeardAtMs });
  }

  #take(events: readonly LiveEvent[]): readonly LiveEvent[] {
    this.events.push(...events);
    this.events.splice(0, Math.max(0, this.events.length - EVENTS_KEPT_MAX));
    return events;
  }
}

function agedPeer({ view, atMs, heardAtMs }: Seen, nowMs: number): PeerView {
  const elapsedMs = Math.max(0, Math.round(nowMs - atMs));
  return {
    ...view,
    heardMsAgo: heardAtMs === undefined ? null : Math.max(0, Math.round(nowMs - heardAtMs)),
    statusMsAgo: view.statusMsAgo === null ? null : view.statusMsAgo + elapsedMs,
    refusedForMs: view.refusedForMs === null ? null : Math.max(0, view.refusedForMs - elapsedMs) || null,
  };
}

/** A snapshot brings events along that may have been told already. */
function newsIn(events: readonly LiveEvent[], told: readonly LiveEvent[]): readonly LiveEvent[] {
  const last = told.at(-1);
  if (last === undefined) return events;
  const at = events.findLastIndex(({ timeMs, text }) => timeMs === last.timeMs && text === last.text);
  return at >= 0 ? events.slice(at + 1) : events.filter(({ timeMs }) => timeMs > last.timeMs);
}

/** A peer's election timer as it told of it; undefined when it has none, or is away. */
export function timerTold({ connected, status }: PeerView): TimerNow | undefined {
  return connected ? status?.electionTimer : undefined;
}
