import { cpSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { upCommand } from '../cli/commands/up.ts';
import type { Processes } from '../client/scenario/Stage.ts';
import { Settings } from '../cli/settings/Settings.ts';
import { abortedByData } from '../cli/up/abortedByData.ts';
import { KeptProcess, type ProcessHandlers } from '../cli/up/KeptProcess.ts';
import { childEnvironment, peerDirectory, peerWords, planOf, relayWords, type UpPlan } from '../cli/up/UpPlan.ts';
import { SILENT_LOGGER } from '../endpoint/ports/Logger.ts';
import type { HardState } from '../peer/raft/effect.ts';
import { openDiskStorage } from '../peer/storage/openDiskStorage.ts';
import type { WhitewaterError } from '../shared/errors.ts';
import { clusterId, peerId } from '../shared/ids.ts';
import type { Random } from '../shared/random.ts';
import { damageStore } from './damage.ts';
import type { RunDirectory } from './RunDirectory.ts';
import { Turns } from './Turns.ts';

const MAIN = fileURLToPath(new URL('../cli/main.js', import.meta.url));
export const CLUSTER = 'torture';
const RELAY = 'relay';
const PATIENCE_MS = 1200;
/** A process has to start, on a machine that may have much else to do. */
const LISTENS_MS_MAX = 60_000;
/** Small ones, so that a few seconds of load make a snapshot, and whoever was away for a second needs one. */
const SNAPSHOTS: readonly (readonly [string, string])[] = [
  ['snapshotEntries', '100'],
  ['trailingEntries', '20'],
];
/** What goes into the kept traces. Entries and frames would fill the disk. */
const TRACE_TOPICS = 'election,vote,transport,fault';
/** A peer whose store is damaged may end with these. */
const REFUSALS: ReadonlySet<string> = new Set(['STORE_DAMAGED', 'STORE_WRITE_FAILED']);
/** LevelDB ends its process over some damages; so often in a row is a refusal. */
const CRASHES_MAX = 2;

export interface TortureClusterOptions {
  readonly founders: readonly string[];
  readonly port: number;
  readonly seed: string;
  readonly preset: string;
  readonly directory: RunDirectory;
  readonly onNews: (text: string) => void;
  /** A process ended that nobody ended. */
  readonly onOffence: (text: string) => void;
}

/** What a damaged peer came to: undefined while it starts. */
export type Refusal = { readonly why: string };

/** A relay and peers, processes of the command as `whitewater up` has them, which this run kills, stops and damages as it likes. */
export class TortureCluster implements Processes {
  readonly url: string;
  readonly #plan: UpPlan;
  readonly #options: TortureClusterOptions;
  readonly #turns = new Turns();
  readonly #relay: KeptProcess;
  readonly #peers = new Map<string, KeptProcess>();
  /** Those whose store was damaged, and why they do not start any more, if so. */
  readonly #damaged = new Map<string, Refusal | undefined>();
  readonly #crashes = new Map<string, number>();
  #listening: () => void = () => undefined;
  #isRelayDown = false;
  #relayDisturbances = 0;

  constructor(options: TortureClusterOptions) {
    const { founders, port, seed, preset, directory } = options;
    this.#options = options;
    this.#plan = planOf(
      new Settings(upCommand.settings, {
        flags: new Map([
          ...[...SNAPSHOTS, ['preset', preset] as const],
          ...[['cluster', CLUSTER] as const, ['peers', founders.join(',')] as const, ['port', String(port)] as const],
          ...[['seed', seed] as const, ['trace', TRACE_TOPICS] as const, ['traceDir', directory.traces] as const],
        ]),
        environment: {},
        file: undefined,
      }),
    );
    this.url = `http://127.0.0.1:${port}`;
    this.#relay = this.#process(RELAY, () => relayWords(this.#plan, port));
    for (const id of founders) this.#peers.set(id, this.#peer(id));
  }

  /** Resolves when the relay listens. */
  async open(): Promise<void> {
    await this.startRelay();
    for (const peer of this.#peers.values()) peer.start();
  }

  /** A peer that is not of the founders: it waits until it is made a member. */
  add(id: string): void {
    const peer = this.#peer(id);
    this.#peers.set(id, peer);
    peer.start();
  }

  /** Ends a peer for good. */
  retire(id: string): Promise<void> {
    return this.kill(id);
  }

  /** How often the relay was taken away: what was asked of it meanwhile may have had no answer. */
  get relayDisturbances(): number {
    return this.#relayDisturbances;
  }

  get isRelayAway(): boolean {
    return this.#isRelayDown;
  }

  killRelay(): Promise<void> {
    return this.#turns.take(RELAY, async () => {
      this.#disturb();
      await this.#relay.down('SIGKILL');
    });
  }

  /** Resolves when it listens. Nothing happens to one that runs. */
  startRelay(): Promise<void> {
    return this.#turns.take(RELAY, async () => {
      this.#relay.resume();
      if (this.#relay.row.pid === undefined) {
        const listens = new Promise<void>((resolve) => (this.#listening = resolve));
        this.#relay.up();
        const late = setTimeout(() => {
          this.#options.onOffence(`the relay does not listen ${LISTENS_MS_MAX} ms after its start`);
        }, LISTENS_MS_MAX);
        await listens;
        clearTimeout(late);
      }
      this.#relayDisturbances += 1;
      this.#isRelayDown = false;
    });
  }

  /** One that runs, and listens: else whoever waits for that would wait for ever. */
  pauseRelay(): Promise<void> {
    return this.#turns.take(RELAY, () => {
      if (this.#relay.row.pid === undefined) return;
      this.#disturb();
      this.#relay.pause();
    });
  }

  #disturb(): void {
    this.#isRelayDown = true;
    this.#relayDisturbances += 1;
  }

  kill(id: string): Promise<void> {
    return this.#turns.take(id, () => this.#of(id).down('SIGKILL'));
  }

  stop(id: string): Promise<void> {
    return this.#turns.take(id, () => this.#of(id).down('SIGTERM'));
  }

  start(id: string): Promise<void> {
    return this.#turns.take(id, () => {
      if (this.refusalOf(id) === undefined) this.#of(id).up();
    });
  }

  pause(id: string): void {
    this.#of(id).pause();
  }

  resume(id: string): void {
    this.#of(id).resume();
  }

  /**
   * Kills a peer and damages its store.
   * @returns what its store held before the damage, and what was done to it
   */
  damage(id: string, random: Random): Promise<{ readonly held: HardState; readonly what: string }> {
    return this.#turns.take(id, async () => {
      await this.#of(id).down('SIGKILL');
      const held = await this.#held(id);
      const what = damageStore(this.directoryOf(id), random);
      if (what === undefined) throw new Error(`${id} has written nothing that could be damaged`);
      this.#damaged.set(id, undefined);
      return { held, what };
    });
  }

  /** Why a damaged peer does not start any more. */
  refusalOf(id: string): Refusal | undefined {
    return this.#damaged.get(id);
  }

  get damaged(): readonly string[] {
    return [...this.#damaged.keys()];
  }

  /** It was replaced. */
  forgetDamage(id: string): void {
    this.#damaged.delete(id);
  }

  directoryOf(id: string): string {
    return peerDirectory(this.#plan, peerId(id), this.#options.directory.data);
  }

  /** Ends all peers in the same moment, as a loss of power would. */
  async killPeers(): Promise<void> {
    await Promise.all([...this.#peers.keys()].map((id) => this.kill(id)));
  }

  async close(): Promise<void> {
    const impatience = setTimeout(() => this.abandon(), PATIENCE_MS);
    await Promise.all([...this.#peers.values(), this.#relay].map((process) => process.stop()));
    clearTimeout(impatience);
  }

  /** Ends everything at once, without waiting. */
  abandon(): void {
    for (const process of [...this.#peers.values(), this.#relay]) process.kill();
  }

  /** Term and vote, read from a copy: to open a store is to write to it. */
  async #held(id: string): Promise<HardState> {
    const copy = this.#options.directory.nextCopy();
    cpSync(this.directoryOf(id), copy, { recursive: true });
    const owner = { cluster: clusterId(CLUSTER), id: peerId(id), voters: undefined };
    const { storage, stored } = await openDiskStorage({ ...owner, directory: copy, logger: SILENT_LOGGER });
    await storage.close();
    rmSync(copy, { recursive: true, force: true });
    return stored.hardState;
  }

  #of(id: string): KeptProcess {
    const peer = this.#peers.get(id);
    if (peer === undefined) throw new Error(`${id} is not one of the peers of this run`);
    return peer;
  }

  #peer(id: string): KeptProcess {
    const plan = this.#plan;
    const words = (): string[] => {
      const all = peerWords(plan, peerId(id), this.url, this.#options.directory.data);
      return plan.peers.includes(peerId(id)) ? all : withoutFounders(all);
    };
    return this.#process(id, words, (how) => abortedByData(this.directoryOf(id), id, how));
  }

  #process(name: string, words: () => string[], whyAborted?: (how: string) => WhitewaterError): KeptProcess {
    const environment = childEnvironment(undefined, { isTemporary: false, caFile: undefined });
    const handlers: ProcessHandlers = {
      onLine: (_name, line) => this.#options.directory.log(name, line),
      onListening: () => this.#listening(),
      onEnded: (_name, why) => this.#ended(name, why),
      onGivenUp: (_name, error) => this.#givenUp(name, error),
    };
    return new KeptProcess(
      { name, words, environment, program: MAIN, ...(whyAborted === undefined ? {} : { whyAborted }) },
      handlers,
    );
  }

  /** The process is being started again; that is right for nobody but a peer that LevelDB ends for its damage. */
  #ended(name: string, why: string): void {
    this.#options.directory.log(name, `ended: ${why}`);
    if (!this.#damaged.has(name)) {
      this.#options.onOffence(`${name} ended by itself: ${why}`);
      return;
    }
    this.#options.onNews(`${name} ended (${why})`);
    const crashes = (this.#crashes.get(name) ?? 0) + 1;
    this.#crashes.set(name, crashes);
    if (crashes >= CRASHES_MAX && /^SIG(?:SEGV|BUS)/.test(why)) {
      this.#refuse(name, why);
      void this.kill(name);
    }
  }

  #givenUp(name: string, { code, message }: WhitewaterError): void {
    this.#options.directory.log(name, `ended: ${code}: ${message}`);
    if (this.#damaged.has(name) && REFUSALS.has(code)) this.#refuse(name, code);
    else this.#options.onOffence(`${name} ended for good: ${code}: ${message}`);
  }

  #refuse(name: string, why: string): void {
    this.#damaged.set(name, { why });
    this.#options.onNews(`${name} refuses its damaged store: ${why}`);
  }
}

/** Only its first peers found a cluster. */
function withoutFounders(words: readonly string[]): string[] {
  const at = words.indexOf('--peers');
  return [...words.slice(0, at), ...words.slice(at + 2)];
}
