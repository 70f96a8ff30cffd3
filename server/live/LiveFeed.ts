import type { ClusterView } from '../../shared/http/ClusterView.ts';
import type { Partition } from '../../shared/http/Partition.ts';
import type { LinkTraffic, LiveDelta, LiveEvent, LiveSnapshot } from '../../shared/http/Live.ts';
import type { Cluster } from '../hub/Cluster.ts';
import { clusterView, faultsSummary, peerView } from '../hub/clusterView.ts';
import type { Endpoint } from '../hub/Endpoint.ts';
import { EventLog } from '../hub/EventLog.ts';
import type { HubServices } from '../hub/HubServices.ts';
import type { Link } from '../hub/Link.ts';
import type { Viewer } from './Viewer.ts';

/**
 * What happens in one cluster, for whoever watches: a snapshot, then what changed since, at most once an interval.
 *
 * All viewers get the same text, written once. One that is too slow for it misses it, and gets a new snapshot when it
 * has caught up; nothing is kept for it meanwhile.
 */
export class LiveFeed {
  readonly #cluster: Cluster;
  readonly #services: HubServices;
  readonly #events = new EventLog();
  /** Each viewer, and whether it has to be given a snapshot before a delta means anything to it. */
  readonly #viewers = new Map<Viewer, 'needsSnapshot' | 'followed'>();
  readonly #changedEndpoints = new Set<Endpoint>();
  readonly #changedLinks: Link[] = [];
  #faultsChanged = false;
  #partitionTold: Partition | null = null;
  #forgottenTold = 0;
  #framesTold = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(cluster: Cluster, services: HubServices) {
    this.#cluster = cluster;
    this.#services = services;
  }

  get viewerCount(): number {
    return this.#viewers.size;
  }

  /** The first viewer gets its snapshot at once, any other at the next interval, so that one delta fits them all. */
  add(viewer: Viewer): void {
    this.#viewers.set(viewer, 'needsSnapshot');
    if (this.#timer !== undefined) return;
    this.#takeChanges();
    this.#sendSnapshots();
    this.#timer = setInterval(() => this.#tick(), this.#services.options.liveIntervalMs);
    this.#timer.unref();
  }

  remove(viewer: Viewer): void {
    this.#viewers.delete(viewer);
    if (this.#viewers.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  stop(): void {
    for (const viewer of [...this.#viewers.keys()]) viewer.stop();
  }

  noteEvent(event: LiveEvent): void {
    this.#events.add(event);
  }

  noteFaults(): void {
    this.#faultsChanged = true;
  }

  noteEndpoint(endpoint: Endpoint): void {
    if (this.#timer !== undefined) this.#changedEndpoints.add(endpoint);
  }

  noteLink(link: Link): void {
    if (link.isListed || this.#timer === undefined) return;
    link.isListed = true;
    this.#changedLinks.push(link);
  }

  #tick(): void {
    const { roster } = this.#cluster;
    // A delta can name endpoints, but not unname them.
    if (roster.forgottenCount !== this.#forgottenTold) {
      for (const viewer of this.#viewers.keys()) this.#viewers.set(viewer, 'needsSnapshot');
    }
    const delta = this.#takeChanges();
    const text = delta === undefined ? undefined : JSON.stringify(delta);
    for (const [viewer, state] of this.#viewers) {
      if (text === undefined || state === 'needsSnapshot') continue;
      if (!viewer.send(text)) this.#viewers.set(viewer, 'needsSnapshot');
    }
    this.#sendSnapshots();
  }

  #sendSnapshots(): void {
    let text: string | undefined;
    for (const [viewer, state] of this.#viewers) {
      if (state === 'followed' || !viewer.isReady) continue;
      text ??= JSON.stringify(this.#snapshot());
      if (viewer.send(text)) this.#viewers.set(viewer, 'followed');
    }
  }

  #snapshot(): LiveSnapshot {
    const cluster: ClusterView = clusterView(this.#cluster, this.#services.clock());
    return { type: 'snapshot', timeMs: Date.now(), cluster, events: this.#events.newest() };
  }

  /** What changed since the last call; undefined when nothing did. */
  #takeChanges(): LiveDelta | undefined {
    const { leadership, partition, faults, traffic, roster } = this.#cluster;
    const nowMs = this.#services.clock();
    const events = this.#events.takeUntold();
    const links = this.#changedLinks.splice(0).map(takeLinkTraffic);
    const endpoints = [...this.#changedEndpoints];
    const hasFaults = this.#faultsChanged;
    const hasPartition = hasFaults && partition !== this.#partitionTold;
    const framesSeen = traffic.framesIn + traffic.controlFrames;
    const isNews = endpoints.length + events.length > 0 || hasFaults || framesSeen !== this.#framesTold;
    this.#changedEndpoints.clear();
    this.#faultsChanged = false;
    this.#partitionTold = partition;
    this.#framesTold = framesSeen;
    this.#forgottenTold = roster.forgottenCount;
    if (!isNews) return undefined;
    return {
      ...{ type: 'delta', timeMs: Date.now(), leader: leadership.leader, term: leadership.term },
      ...(hasPartition ? { partition } : {}),
      ...(hasFaults ? { faults: faultsSummary(faults.current) } : {}),
      peers: endpoints.map((endpoint) => peerView(endpoint, nowMs)),
      ...{ events, links, traffic },
    };
  }
}

function takeLinkTraffic(link: Link): LinkTraffic {
  const { sender, receiver } = link;
  const told = {
    ...{ from: sender.id, to: receiver.id },
    ...{ delivered: link.delivered - link.deliveredTold, dropped: link.dropped - link.droppedTold },
  };
  link.deliveredTold = link.delivered;
  link.droppedTold = link.dropped;
  link.isListed = false;
  return told;
}
