import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RelayClient } from '../../client/RelayClient.ts';
import type { ClusterView, PeerView } from '../../shared/http/ClusterView.ts';
import type { TraceRecord } from '../../shared/trace.ts';
import { ElectionLedger } from './ElectionLedger.ts';
import { RunningProcess, type Teardown } from './processes.ts';
import { until } from './until.ts';

export interface ProcessClusterOptions {
  readonly size: number;
  /** For the folder of kept traces. */
  readonly name: string;
  /** Puts something between peers and relay, and returns the port to which the peers connect. */
  readonly between?: (relayPort: number, ledger: ElectionLedger) => Promise<number>;
  /** Further words for each peer. */
  readonly peerArgs?: readonly string[];
  /** Which peers to start at the beginning; all unless told otherwise. */
  readonly started?: readonly string[];
  /** Of the traces; what elections need unless told otherwise. */
  readonly topics?: string;
}

export const CLUSTER = 'demo';
const STARTED_WITHIN_MS = 30_000;

/** A relay and peers, each a process of the built command on 127.0.0.1, with data directories and traces of their own. */
export class ProcessCluster {
  readonly ids: readonly string[];
  readonly ledger = new ElectionLedger();
  readonly #t: Teardown;
  readonly #options: ProcessClusterOptions;
  readonly #folder: string;
  readonly #peers = new Map<string, RunningProcess>();
  #relay: RunningProcess | undefined;
  #relayPort = 0;
  #relayPortForPeers = 0;
  #processesStarted = 0;
  #client: RelayClient | undefined;

  static async start(t: Teardown, options: ProcessClusterOptions): Promise<ProcessCluster> {
    const cluster = new ProcessCluster(t, options);
    await cluster.startRelay();
    cluster.#relayPortForPeers = (await options.between?.(cluster.#relayPort, cluster.ledger)) ?? cluster.#relayPort;
    for (const id of options.started ?? cluster.ids) cluster.startPeer(id);
    return cluster;
  }

  private constructor(t: Teardown, options: ProcessClusterOptions) {
    this.#t = t;
    this.#options = options;
    this.ids = Array.from({ length: options.size }, (_, at) => `p${at + 1}`);
    this.#folder = mkdtempSync(join(tmpdir(), 'whitewater-test-'));
    mkdirSync(this.#traceFolder);
    t.teardown(() => this.#removeFolder());
  }

  get relay(): RunningProcess {
    if (this.#relay === undefined) throw new Error('the relay was not started');
    return this.#relay;
  }

  get client(): RelayClient {
    if (this.#client === undefined) throw new Error('the relay was not started');
    return this.#client;
  }

  get relayUrl(): string {
    return `http://127.0.0.1:${this.#relayPort}`;
  }

  peer(id: string): RunningProcess {
    const peer = this.#peers.get(id);
    if (peer === undefined) throw new Error(`${id} was not started`);
    return peer;
  }

  /** The first time on any port, and every time after on that one. Settles when it listens. */
  async startRelay(): Promise<void> {
    const args = ['relay', '--port', String(this.#relayPort), ...this.#traceArgs('relay')];
    this.#relay = RunningProcess.start(this.#t, { name: 'relay', args });
    const [, port] = await this.#relay.line(/http:\/\/127\.0\.0\.1:(\d+)/, STARTED_WITHIN_MS);
    this.#relayPort = Number(port);
    this.#client = new RelayClient({ url: this.relayUrl });
  }

  /** @param args further words for this start */
  startPeer(id: string, args = this.#options.peerArgs ?? []): RunningProcess {
    const words = [
      ...['peer', '--id', id, '--peers', this.ids.join(','), '--cluster', CLUSTER],
      ...['--relay', `ws://127.0.0.1:${this.#relayPortForPeers}`],
      ...['--data', join(this.#folder, 'data', id), ...this.#traceArgs(id), ...args],
    ];
    const peer = RunningProcess.start(this.#t, { name: id, args: words });
    this.#peers.set(id, peer);
    return peer;
  }

  /** What the relay says of the cluster now. Every status in it goes into the ledger. */
  async view(): Promise<ClusterView> {
    const view = await this.client.cluster(CLUSTER);
    for (const { id, status } of view.peers) if (status !== null) this.ledger.readStatus(id, status);
    return view;
  }

  /**
   * Waits until the view is as wanted, and returns that one. Errors of the relay, such as while it starts, are waited out.
   * @throws {Error} when it does not come, and at once when a process has died; a breach of safety is told first
   */
  async viewWhen(what: string, withinMs: number, isWanted: (view: ClusterView) => boolean): Promise<ClusterView> {
    const wanted = async (): Promise<ClusterView | RunningProcess | undefined> => {
      const dead = [this.relay, ...this.#peers.values()].find(({ hasDied }) => hasDied);
      if (dead !== undefined) return dead;
      const view = await this.view();
      return isWanted(view) ? view : undefined;
    };
    try {
      const found = await until(wanted, { withinMs, what, everyMs: 25 });
      if (found instanceof RunningProcess) throw new Error(`${found.name} has died: ${found.text('stderr')}`);
      return found;
    } catch (error) {
      const violations = this.ledger.violations();
      if (violations.length === 0) throw error;
      throw new Error(violations.join('; '), { cause: error });
    }
  }

  /** Waits until all are connected, one leads, and all others follow it in its term. */
  async settled(withinMs: number): Promise<ClusterView> {
    return this.viewWhen('all are connected and follow one leader in one term', withinMs, (view) =>
      isSettled(view, this.ids),
    );
  }

  /** Reads all traces into the ledger. @returns their records, the oldest first; call it when the peers have ended */
  readTraces(): TraceRecord[] {
    const folder = this.#traceFolder;
    const records = readdirSync(folder).flatMap((file) => readRecords(join(folder, file)));
    records.sort((one, other) => one.timeMs - other.timeMs);
    for (const record of records) this.ledger.readTrace(record);
    return records;
  }

  /** Stops the peers, so that their traces are whole, and then the relay. */
  async stop(): Promise<void> {
    await Promise.all([...this.#peers.values()].map((peer) => peer.kill('SIGTERM')));
    await this.#relay?.kill('SIGTERM');
  }

  get #traceFolder(): string {
    return join(this.#folder, 'traces');
  }

  /** One file for each process, since the last line of one that was killed may be cut off. */
  #traceArgs(name: string): string[] {
    const topics = this.#options.topics ?? 'election,vote,transport,fault';
    this.#processesStarted += 1;
    const file = `${String(this.#processesStarted).padStart(3, '0')}-${name}.ndjson`;
    return ['--trace', topics, '--trace-file', join(this.#traceFolder, file)];
  }

  /** Keeps the traces of a failed test where WHITEWATER_TRACE_DIR says. */
  #removeFolder(): void {
    const kept = process.env['WHITEWATER_TRACE_DIR'];
    if (kept !== undefined && !this.#t.passing()) {
      cpSync(this.#folder, join(kept, this.#options.name), { recursive: true });
    }
    rmSync(this.#folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

export function isSettled(view: ClusterView, ids: readonly string[]): boolean {
  const peers = ids.map((id) => view.peers.find((peer) => peer.id === id));
  const { leader, term } = view;
  if (leader === null) return false;
  return peers.every(
    (peer) =>
      peer?.connected === true &&
      peer.term === term &&
      peer.leader === leader &&
      peer.role === (peer.id === leader ? 'leader' : 'follower'),
  );
}

export function peerOf(view: ClusterView, id: string): PeerView {
  const peer = view.peers.find((known) => known.id === id);
  if (peer === undefined) throw new Error(`the relay does not know ${id}`);
  return peer;
}

/** The last line of a process that was killed may be cut off. */
function readRecords(path: string): TraceRecord[] {
  const lines = readFileSync(path, 'utf8').split('\n').slice(0, -1);
  return lines.map((line) => JSON.parse(line) as TraceRecord);
}
