import { setTimeout as after } from 'node:timers/promises';
import { RelayClient } from '../../client/RelayClient.ts';
import { Peer } from '../../peer/Peer.ts';
import type { ElectionPreset } from '../../peer/raft/options.ts';
import { openNodeWebSocket } from '../../endpoint/transport/nodeWebSocket.ts';
import type { OpenSocket } from '../../endpoint/transport/RelaySocket.ts';
import { type ListeningRelay, listenRelay } from '../../server/listen.ts';
import { decodeFrame } from '../../shared/envelope.ts';
import type { Status } from '../../shared/messages/Status.ts';
import type { Trace } from '../../shared/trace.ts';
import { ElectionLedger } from '../support/ElectionLedger.ts';
import { until } from '../support/until.ts';
import { DisconnectedPeers } from './DisconnectedPeers.ts';
import type { LabCluster, LabClusterOptions, LabCounts, PeerState } from './LabCluster.ts';

export interface RelayClusterOptions extends LabClusterOptions {
  readonly preset: ElectionPreset;
  readonly trace: Trace;
}

const CLUSTER = 'lab';
const CONNECTED_WITHIN_MS = 20_000;
const REPORTED_WITHIN_MS = 10_000;

/** The lab over real sockets: a relay and peers in this process, cut apart over HTTP by the relay's partition. */
export class RelayCluster implements LabCluster {
  readonly size: number;
  /** What was seen on the wire. */
  readonly ledger: ElectionLedger;
  readonly #relay: ListeningRelay;
  readonly #client: RelayClient;
  readonly #peers: readonly Peer[];
  readonly #disconnected: DisconnectedPeers;

  /** Settles when all peers are connected to the relay: the lab's network is there from the beginning, too. */
  static async start({ size, seed, preset, trace }: RelayClusterOptions): Promise<RelayCluster> {
    const relay = await listenRelay({ port: 0, trace });
    const ledger = new ElectionLedger();
    const ids = Array.from({ length: size }, (_, at) => `p${at + 1}`);
    const peers = await Promise.all(
      ids.map((id) =>
        Peer.start({
          ...{ cluster: CLUSTER, id, voters: ids, relay: relay.url, election: preset, seed, trace },
          openSocket: readingWhatLeaves(ledger),
        }),
      ),
    );
    const cluster = new RelayCluster(relay, peers, ledger);
    await until(() => peers.every((peer) => peer.status().connected), {
      withinMs: CONNECTED_WITHIN_MS,
      what: 'all peers are connected',
    });
    return cluster;
  }

  private constructor(relay: ListeningRelay, peers: readonly Peer[], ledger: ElectionLedger) {
    this.size = peers.length;
    this.ledger = ledger;
    this.#relay = relay;
    this.#client = new RelayClient({ url: relay.url });
    this.#disconnected = new DisconnectedPeers(this.#client, CLUSTER, (peer) => this.#peer(peer).id);
    this.#peers = peers;
  }

  nowMs(): number {
    return performance.now();
  }

  async sleep(ms: number): Promise<void> {
    await after(ms);
  }

  state(peer: number): PeerState {
    const { term, role } = this.#peer(peer).status();
    return { term, isLeader: role === 'leader' };
  }

  disconnect(peer: number): Promise<void> {
    return this.#disconnected.add(peer);
  }

  connect(peer: number): Promise<void> {
    return this.#disconnected.remove(peer);
  }

  isConnected(peer: number): boolean {
    return !this.#disconnected.has(peer);
  }

  async counts(): Promise<LabCounts> {
    const { requests, labBytes } = (await this.#client.cluster(CLUSTER)).traffic;
    const commits = Math.max(...this.#peers.map((peer) => peer.status().lastApplied));
    return { rpcs: requests, bytes: labBytes, commits };
  }

  async verifyReport(): Promise<void> {
    const agrees = async (): Promise<boolean> => {
      const { peers, leader } = await this.#client.cluster(CLUSTER);
      const statuses = new Map(this.#peers.map((peer) => [String(peer.id), peer.status()]));
      const told = leaderOf(statuses);
      if (leader !== told) throw new Error(`the route tells the leader ${leader}, the peers tell ${told}`);
      for (const { id, status } of peers) {
        const own = statuses.get(id);
        if (own === undefined || status === null) throw new Error(`the route tells nothing of ${id}`);
        const [said, is] = [factsOf(status), factsOf(own)];
        if (said !== is) throw new Error(`the route tells of ${id} ${said}, but it is ${is}`);
      }
      return peers.length === this.size;
    };
    await until(agrees, { withinMs: REPORTED_WITHIN_MS, what: 'GET /api/clusters/:cluster tells what the peers say' });
  }

  async stop(): Promise<void> {
    await Promise.all(this.#peers.map((peer) => peer.stop()));
    await this.#relay.close();
  }

  #peer(at: number): Peer {
    const peer = this.#peers[at];
    if (peer === undefined) throw new RangeError(`there is no peer ${at}`);
    return peer;
  }
}

/** The sockets that peers use anyway, and every frame that leaves by them goes into the ledger. */
function readingWhatLeaves(ledger: ElectionLedger): OpenSocket {
  return (url, options, handlers) => {
    const socket = openNodeWebSocket(url, options, handlers);
    return {
      send: (text) => {
        const decoded = decodeFrame(text);
        if (decoded.ok) ledger.readFrame(decoded.frame);
        socket.send(text);
      },
      get bufferedBytes() {
        return socket.bufferedBytes;
      },
      close: () => socket.close(),
      terminate: () => socket.terminate(),
    };
  };
}

/** The leader of the highest term, as the relay reckons it. */
function leaderOf(statuses: ReadonlyMap<string, Status>): string | null {
  const leaders = [...statuses].filter(([, { role }]) => role === 'leader');
  leaders.sort(([, one], [, other]) => other.term - one.term);
  return leaders[0]?.[0] ?? null;
}

function factsOf({ role, term, votedFor, leader }: Status): string {
  return JSON.stringify({ role, term, votedFor, leader });
}
