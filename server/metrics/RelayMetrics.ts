import { collectDefaultMetrics, Counter, Gauge, Registry } from 'prom-client';
import { SAFETY_RULES } from '../../shared/http/Safety.ts';
import { DROP_CAUSES } from '../../shared/http/Traffic.ts';
import type { Cluster } from '../hub/Cluster.ts';
import type { Hub } from '../hub/Hub.ts';

/**
 * What Prometheus may read. Nothing is counted here: each reading takes the numbers from the hub, so that frames cost
 * nothing extra.
 */
export class RelayMetrics {
  readonly #registry = new Registry();
  readonly #hub: Hub;

  constructor(hub: Hub) {
    this.#hub = hub;
    collectDefaultMetrics({ register: this.#registry });
    this.#trafficCounters();
    this.#refusalCounter();
    this.#offenceCounter();
    this.#gauges();
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  text(): Promise<string> {
    return this.#registry.metrics();
  }

  #trafficCounters(): void {
    const hub = this.#hub;
    this.#counter('frames_in_total', 'Frames from endpoints to endpoints', () => hub.totalTraffic().framesIn);
    this.#counter('frames_out_total', 'Frames handed to a receiver', () => hub.totalTraffic().framesDelivered);
    this.#counter(
      'frames_unsent_total',
      'Frames that were handed to a receiver, and still waited for it when its connection ended',
      () => hub.totalTraffic().framesUnsent,
    );
    this.#counter('frames_copied_total', 'Copies that rules made of frames', () => hub.totalTraffic().framesCopied);
    this.#counter('bytes_in_total', 'Bytes of the frames in', () => hub.totalTraffic().bytesIn);
    this.#counter('bytes_out_total', 'Bytes of the frames out', () => hub.totalTraffic().bytesDelivered);
    this.#counter('control_frames_total', 'Frames between endpoints and the relay, both ways', () => {
      return hub.totalTraffic().controlFrames;
    });
    this.#counter('limit_pauses_total', 'Times that an address sent too fast and was not read for a while', () => {
      return hub.limits.pauses;
    });
    new Counter({
      name: 'whitewater_frames_dropped_total',
      help: 'Frames that were not delivered, by cause',
      labelNames: ['cause'],
      registers: [this.#registry],
      collect() {
        this.reset();
        const { framesDropped } = hub.totalTraffic();
        for (const cause of DROP_CAUSES) this.inc({ cause }, framesDropped[cause]);
      },
    });
  }

  #refusalCounter(): void {
    const { refusals } = this.#hub;
    new Counter({
      name: 'whitewater_refusals_total',
      help: 'Frames, connections and requests that were refused, by error code',
      labelNames: ['code'],
      registers: [this.#registry],
      collect() {
        this.reset();
        for (const [code, count] of refusals.counts) this.inc({ code }, count);
      },
    });
  }

  #offenceCounter(): void {
    const { offences } = this.#hub;
    new Counter({
      name: 'whitewater_safety_offences_total',
      help: "Offences against Raft's safety that peers told of, by rule",
      labelNames: ['rule'],
      registers: [this.#registry],
      collect() {
        this.reset();
        for (const rule of SAFETY_RULES) this.inc({ rule }, offences.get(rule) ?? 0);
      },
    });
  }

  #gauges(): void {
    const hub = this.#hub;
    const sum = (pick: (cluster: Hub['clusters'][number]) => number): number =>
      hub.clusters.reduce((total, cluster) => total + pick(cluster), 0);
    this.#gauge('connections', 'Open sockets of endpoints', () => hub.connections.size);
    this.#gauge('viewers', 'Open live feeds', () => sum((cluster) => cluster.feed.viewerCount));
    this.#gauge('clusters', 'Clusters known', () => hub.clusters.length);
    this.#gauge('endpoints', 'Endpoints known, connected or not', () => sum((cluster) => cluster.roster.size));
    this.#gauge('partitions', 'Clusters with a partition in force', () => sum((c) => (c.partition === null ? 0 : 1)));
    const queued = (pick: (queue: Cluster['delayed']['queue']) => number) => () =>
      sum(({ delayed }) => pick(delayed.queue));
    this.#gauge('rules', 'Rules in force, those of profiles too', () =>
      sum(({ faults }) => faults.current.rules.length),
    );
    this.#gauge(
      'frames_delayed',
      'Frames that wait for their time',
      queued(({ delayedCount }) => delayedCount),
    );
    this.#gauge(
      'frames_held',
      'Frames that a rule holds',
      queued(({ heldCount }) => heldCount),
    );
    this.#gauge('journal_bytes', 'Memory of the journals, about', () => sum(({ journal }) => journal.bytes));
    this.#gauge('addresses', 'Remote addresses whose use is counted', () => hub.limits.size);
    this.#gauge('buffer_bytes', 'Bytes that wait for slow receivers', () => hub.budget.waitingBytes);
  }

  #counter(name: string, help: string, read: () => number): void {
    new Counter({
      ...{ name: `whitewater_${name}`, help, registers: [this.#registry] },
      collect() {
        this.reset();
        this.inc(read());
      },
    });
  }

  #gauge(name: string, help: string, read: () => number): void {
    new Gauge({
      ...{ name: `whitewater_${name}`, help, registers: [this.#registry] },
      collect() {
        this.set(read());
      },
    });
  }
}
