import type { ElectionOptions } from '../../peer/raft/options.ts';
import type { WhitewaterError } from '../../shared/errors.ts';
import type { ProcessRow } from '../view/PeerRow.ts';
import type { DataDirectory } from './dataDirectory.ts';
import { FleetOwner } from './FleetOwner.ts';
import { KeptProcess, type ProcessHandlers } from './KeptProcess.ts';
import { abortedByData } from './abortedByData.ts';
import { serveOwner, type ServedOwner } from './serveOwner.ts';
import { childEnvironment, peerDirectory, peerWords, relayWords, type UpPlan } from './UpPlan.ts';

/** A process that was asked to end and has not after this long is killed. */
const PATIENCE_MS = 1200;

export interface FleetHandlers {
  /** The relay listens for the first time, and the peers know where. */
  onListening(url: string, timeMs: number): void;
  /** The relay ended by itself; what it knew is gone with it. */
  onRelayEnded(): void;
  /** Something happened to a process that people should know. */
  onNews(text: string): void;
  /** Something was done to a process because somebody asked the relay for it. */
  onAsked(text: string): void;
  /** A process wrote to its standard error. */
  onLine(name: string, line: string): void;
  /** Nothing is left that could work. */
  onOver(error: WhitewaterError): void;
}

/** A relay and the peers of one cluster, each a child process. */
export class Fleet {
  readonly #plan: UpPlan;
  readonly #handlers: FleetHandlers;
  readonly #relay: KeptProcess;
  readonly #peers: readonly KeptProcess[];
  readonly #owner: FleetOwner;
  readonly #served: ServedOwner;
  #election: ElectionOptions;
  #port: number;
  /** Undefined until the relay listens for the first time. */
  #relayUrl: string | undefined;

  constructor(plan: UpPlan, data: DataDirectory, handlers: FleetHandlers) {
    this.#plan = plan;
    this.#handlers = handlers;
    this.#port = plan.port;
    this.#election = plan.election;
    const { isTemporary } = data;
    const environment = childEnvironment(plan.peerToken, {
      isTemporary,
      caFile: plan.tls?.ca === undefined ? undefined : plan.tls.certFile,
    });
    const relayEnvironment = childEnvironment(plan.locks.token, { isTemporary, caFile: undefined });
    this.#relay = new KeptProcess(
      { name: 'the relay', words: () => relayWords(plan, this.#port), environment: relayEnvironment },
      {
        ...this.#processHandlers(() => this.#handlers.onRelayEnded()),
        onListening: (report) => this.#listening(report.url, report.timeMs),
        onCall: (call) => void this.#served.answer(call),
      },
    );
    this.#peers = plan.peers.map((id) => {
      const words = (): string[] => peerWords({ ...plan, election: this.#election }, id, this.#relayUrl, data.path);
      const whyAborted = (how: string): WhitewaterError => abortedByData(peerDirectory(plan, id, data.path), id, how);
      const handlers = { ...this.#processHandlers(), onChange: () => this.#served.tell() };
      return new KeptProcess({ name: id, words, environment, whyAborted }, handlers);
    });
    this.#owner = this.#newOwner();
    this.#served = serveOwner(this.#owner, (news) => this.#relay.send(news));
  }

  get peerRows(): ProcessRow[] {
    return this.#peers.map(({ row }) => row);
  }

  get relayRow(): ProcessRow {
    return this.#relay.row;
  }

  start(): void {
    this.#relay.start();
    for (const peer of this.#peers) peer.hold();
  }

  /** @returns undefined when it is none of them */
  peer(id: string): KeptProcess | undefined {
    return this.#peers.find(({ name }) => name === id);
  }

  /** Asks every process to end, and kills those that take too long. Resolves when none is left. */
  async stop(): Promise<void> {
    const impatience = setTimeout(() => this.kill(), PATIENCE_MS);
    await Promise.all([...this.#peers, this.#relay].map((process) => process.stop()));
    clearTimeout(impatience);
  }

  /** Ends every process at once. */
  kill(): void {
    for (const process of [...this.#peers, this.#relay]) process.kill();
  }

  #newOwner(): FleetOwner {
    const { cluster, replication } = this.#plan;
    return new FleetOwner({
      ...{ cluster, peers: this.#peers, leaseReads: replication.leaseReads },
      election: () => this.#election,
      // Asked for at each start.
      setElection: (election) => {
        this.#election = election;
        this.#served.tell();
      },
      onAsked: (text) => this.#handlers.onAsked(text),
    });
  }

  #processHandlers(onEnded: () => void = () => undefined): ProcessHandlers {
    return {
      onLine: (name, line) => this.#handlers.onLine(name, line),
      onEnded: (name, why, restartMs) => {
        this.#handlers.onNews(`${name} ended (${why}); starting it again in ${restartMs} ms`);
        onEnded();
      },
      onGivenUp: (name, error) => this.#givenUp(name, error),
    };
  }

  #listening(url: string, timeMs: number): void {
    const isFirst = this.#relayUrl === undefined;
    this.#relayUrl = url;
    // A relay that is started again has to be where everybody looks for it.
    this.#port = Number(new URL(url).port);
    // And knows nothing of its peers' processes yet.
    this.#served.tell();
    if (!isFirst) {
      this.#handlers.onNews(`the relay listens again at ${url}`);
      return;
    }
    for (const peer of this.#peers) peer.release();
    this.#handlers.onListening(url, timeMs);
  }

  #givenUp(name: string, error: WhitewaterError): void {
    const isOver = this.#relay.isGivenUp || this.#peers.every((peer) => peer.isGivenUp);
    const hint = error.code === 'MEMBERSHIP_DIFFERS' ? ` (--peers ${this.#plan.peers.length})` : '';
    if (isOver) this.#handlers.onOver(error);
    else this.#handlers.onNews(`${name} is not started again${hint}: ${error.code}: ${error.message}`);
  }
}
