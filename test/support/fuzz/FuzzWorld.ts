import { configurationOf, NO_CONFIGURATION } from '../../../peer/raft/configuration.ts';
import { ELECTION_PRESETS, type RaftOptions } from '../../../peer/raft/options.ts';
import { peerId, type PeerId } from '../../../shared/ids.ts';
import type { RaftMessage } from '../../../shared/protocol.ts';
import { type Random, seededRandom } from '../../../shared/random.ts';
import { storedState } from '../../../sim/randomLogs.ts';
import { VirtualClock } from '../../../sim/VirtualClock.ts';
import { FuzzChecks } from './FuzzChecks.ts';
import { FuzzPeer } from './FuzzPeer.ts';

/** What a seed decides about its run. */
export interface FuzzOptions {
  readonly voters: number;
  readonly lossRate: number;
  readonly duplicationRate: number;
  readonly delayMsMax: number;
  readonly writeMsMax: number;
  readonly raft: Omit<RaftOptions, 'id' | 'random'>;
}

export interface FuzzCounts {
  crashes: number;
  snapshots: number;
  installs: number;
  reads: number;
  refused: number;
  transfers: number;
  configurations: number;
}

/** Peers that the cluster was not founded with, to be added. */
const SPARE_PEERS = 2;
/** Now and then a message is late by up to this. */
const LATE_MS_MAX = 300;

/** A cluster of cores in virtual time, over a network that loses, doubles, reorders and cuts. One seed decides everything. */
export class FuzzWorld {
  readonly options: FuzzOptions;
  readonly random: Random;
  readonly checks = new FuzzChecks();
  readonly peers: ReadonlyMap<PeerId, FuzzPeer>;
  readonly counts: FuzzCounts = {
    ...{ crashes: 0, snapshots: 0, installs: 0, reads: 0, refused: 0, transfers: 0, configurations: 0 },
  };
  /** Directed links that carry nothing, as `from>to`. */
  cuts = new Set<string>();
  /** Nothing is lost any more. */
  isCalm = false;
  /** What each read under way must at least see. */
  readonly #readsAtLeast = new Map<number, number>();
  readonly #clock = new VirtualClock();

  constructor(seed: number) {
    this.random = seededRandom(seed, 'world');
    this.options = optionsOf(seed, seededRandom(seed, 'options'));
    const ids = Array.from({ length: this.options.voters + SPARE_PEERS }, (_, at) => peerId(`p${at + 1}`));
    const founders = ids.slice(0, this.options.voters);
    this.peers = new Map(
      ids.map((id) => {
        const bootstrap = founders.includes(id) ? configurationOf(founders) : NO_CONFIGURATION;
        const options = { ...this.options.raft, id, random: seededRandom(seed, id) };
        return [id, new FuzzPeer(id, options, { ...storedState([]), bootstrap }, this)];
      }),
    );
  }

  get nowMs(): number {
    return this.#clock.nowMs();
  }

  get ids(): PeerId[] {
    return [...this.peers.keys()];
  }

  run(untilMs: number): void {
    this.#clock.advanceTo(untilMs);
  }

  at(atMs: number, act: () => void): void {
    this.#clock.setArrival(Math.max(atMs, this.nowMs), act);
  }

  later(msMax: number, act: () => void): void {
    this.at(this.nowMs + this.random() * msMax, act);
  }

  send(from: PeerId, to: PeerId, id: number, message: RaftMessage): void {
    const { lossRate, duplicationRate, delayMsMax } = this.options;
    const copies = this.random() < duplicationRate ? 2 : 1;
    for (let copy = 0; copy < copies; copy += 1) {
      if (this.random() < lossRate && !this.isCalm) continue;
      const delayMs = this.random() * delayMsMax + (this.random() < 0.02 ? this.random() * LATE_MS_MAX : 0);
      this.at(this.nowMs + delayMs, () => {
        if (!this.cuts.has(`${from}>${to}`)) this.peers.get(to)?.receive(from, id, message);
      });
    }
  }

  readAsked(requestId: number): void {
    this.#readsAtLeast.set(requestId, this.checks.committed.length);
  }

  readReady(peer: PeerId, requestId: number, index: number): void {
    this.checks.read(peer, index, this.#readsAtLeast.get(requestId) ?? 0);
  }
}

function optionsOf(seed: number, random: Random): FuzzOptions {
  const preset = random() < 0.5 ? ELECTION_PRESETS.default : ELECTION_PRESETS.lab;
  return {
    voters: 3 + Math.floor(random() * 3),
    lossRate: random() * 0.15,
    duplicationRate: random() * 0.1,
    delayMsMax: 1 + random() * 30,
    writeMsMax: random() * 10,
    raft: {
      ...preset,
      noOpOnElection: true,
      snapshotEntries: 40,
      trailingEntries: seed % 12,
      entriesPerMessageMax: 8 + (seed % 7),
      messagesInFlightMax: 2 + (seed % 5),
      leaseReads: preset.checkQuorum && random() < 0.5,
    },
  };
}
