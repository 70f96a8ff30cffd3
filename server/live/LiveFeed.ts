import type { ClusterView } from '../../shared/http/ClusterView.ts';
import type { Partition } from '../../shared/http/Partition.ts';
import type { LinkTraffic, LiveDelta, LiveEvent, LiveSnapshot } from '../../shared/http/Live.ts';
import { NOT_OWNED, type ProcessesView } from '../../shared/http/Processes.ts';
import type { SafetyView } from '../../shared/http/Safety.ts';
import type { Cluster } from '../hub/Cluster.ts';
import { clusterView, faultsSummary, peerViews } from '../hub/clusterView.ts';
import type { Endpoint } from '../hub/Endpoint.ts';
import { EventLog } from '../hub/EventLog.ts';
import type { HubServices } from '../hub/HubServices.ts';
import type { Link } from '../hub/Link.ts';
import { FrameSamples } from './FrameSamples.ts';
import type { Viewer } from './Viewer.ts';

/**
 * What happens in one cluster, for whoever watches: a snapshot, then what changed since, at most once an interval.
 *
 * All viewers get the same text, written once; those that asked for frames get these behind it. One that is too slow for it
 * misses it, and gets a new snapshot when it has caught up; nothing is kept for it meanwhile.
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
  /** Up to where what is judged was looked at, and what the checks said. */
  #safetySeen = 0;
  #checksTold = '';
  /** The processes as they were told, and the view of them that was looked at. */
  #processesTold = '';
  #processesSeen: ProcessesView | undefined;
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
    if (viewer.wantsFrames) this.#cluster.samples ??= this.#newSamples();
    if (this.#timer !== undefined) return;
    this.#takeChanges();
    this.#sendSnapshots();
    this.#timer = setInterval(() => this.#tick(), this.#services.options.liveIntervalMs);
    this.#timer.unref();
  }

  remove(viewer: Viewer): void {
    this.#viewers.delete(viewer);
    if (![...this.#viewers.keys()].some(({ wantsFrames }) => wantsFrames)) this.#cluster.samples = undefined;
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
    const text = delta === undefined ? [] : [JSON.stringify(delta)];
    const sampled = this.#cluster.samples?.take();
    const isNews = delta !== undefined || sampled?.isNews === true;
    const withFrames = sampled === undefined || !isNews ? text : [...text, JSON.stringify(sampled.message)];
    for (const [viewer, state] of this.#viewers) {
      if (state === 'needsSnapshot') continue;
      const texts = viewer.wantsFrames ? withFrames : text;
      if (texts.length > 0 && !viewer.send(...texts)) this.#viewers.set(viewer, 'needsSnapshot');
    }
    this.#sendSnapshots();
  }

  #sendSnapshots(): void {
    let text: string | undefined;
    let waiting: string | undefined;
    for (const [viewer, state] of this.#viewers) {
      if (state === 'followed' || !viewer.isReady) continue;
      text ??= JSON.stringify(this.#snapshot());
      if (viewer.wantsFrames) waiting ??= JSON.stringify(this.#cluster.samples?.whole());
      const texts = viewer.wantsFrames && waiting !== undefined ? [text, waiting] : [text];
      if (viewer.send(...texts)) this.#viewers.set(viewer, 'followed');
    }
  }

  #newSamples(): FrameSamples {
    const { turn, options } = this.#services;
    const { timeOrigin } = performance;
    return new FrameSamples({
      queue: this.#cluster.delayed.queue,
      intervalMs: options.liveIntervalMs,
      nowMs: () => timeOrigin + turn.nowMs(),
      epochMs: timeOrigin,
    });
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
    const safety = this.#takeSafety();
    const processes = this.#takeProcesses();
    const hasPartition = hasFaults && partition !== this.#partitionTold;
    const framesSeen = traffic.framesIn + traffic.controlFrames;
    const isNews =
      endpoints.length + events.length > 0 ||
      hasFaults ||
      safety !== undefined ||
      processes !== undefined ||
      framesSeen !== this.#framesTold;
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
      peers: peerViews(this.#cluster, endpoints, nowMs),
      ...{ events, links, traffic },
      ...(safety === undefined ? {} : { safety }),
      ...(processes === undefined ? {} : { processes }),
    };
  }

  /** The peers' processes, if they are otherwise than at the last call. */
  #takeProcesses(): ProcessesView | undefined {
    const { processes } = this.#cluster;
    if (processes === this.#processesSeen) return undefined;
    this.#processesSeen = processes;
    const text = JSON.stringify(processes ?? NOT_OWNED);
    if (text === this.#processesTold) return undefined;
    this.#processesTold = text;
    return processes ?? NOT_OWNED;
  }

  /** What is judged, if a check changed since the last call. */
  #takeSafety(): SafetyView | undefined {
    const { safety } = this.#cluster;
    if (safety.changes === this.#safetySeen) return undefined;
    this.#safetySeen = safety.changes;
    const view = safety.view();
    // Judging that began anew is a change too.
    const checks = JSON.stringify([view.sinceMs, view.checks]);
    if (checks === this.#checksTold) return undefined;
    this.#checksTold = checks;
    return view;
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
