import type { Network } from '../../client/Network.ts';
import { WhitewaterError } from '../../shared/errors.ts';
import { pause } from '../live/followCluster.ts';
import type { SafetyLedger } from '../../shared/safety/SafetyLedger.ts';

/** How often the journal is asked for what is new; one that cannot be read now, while the relay is busy, is asked again then. */
const ASK_EVERY_MS = 100;
/** How long the last lines may be waited for. */
const DRAIN_MS_MAX = 15_000;

/** Statuses, and what shares their room in the journal: where one of these lines is still there, none behind it was forgotten. */
const KINDS = ['status', 'connection'] as const;

/** Reads every status of a cluster from its journal into a ledger. */
export class SafetyWatch {
  readonly #network: Pick<Network, 'journal'>;
  readonly #ledger: SafetyLedger;
  readonly #onOffence: (offence: string) => void;
  readonly #ending = new AbortController();
  readonly #running: Promise<void>;
  /** The newest line that was read. */
  #newest = 0;
  #offence: string | undefined;

  /** @param onOffence told of the first thing that is wrong */
  constructor(network: Pick<Network, 'journal'>, ledger: SafetyLedger, onOffence: (offence: string) => void) {
    this.#network = network;
    this.#ledger = ledger;
    this.#onOffence = onOffence;
    this.#running = this.#run();
    // Whoever drains it or ends it is told.
    this.#running.catch(() => undefined);
  }

  /**
   * Ends the watch when it has read everything that the relay was told up to now.
   * @returns the first thing that was wrong, and be it that this cannot be told
   */
  async drain(): Promise<string | undefined> {
    await this.end();
    const deadlineMs = performance.now() + DRAIN_MS_MAX;
    while (this.#offence === undefined) {
      try {
        await this.#read();
        break;
      } catch (error) {
        if (!(error instanceof WhitewaterError)) throw error;
        if (performance.now() > deadlineMs)
          this.#tell(`what the peers told last cannot be read: ${error.code}: ${error.message}`);
        else await pause(ASK_EVERY_MS, new AbortController().signal);
      }
    }
    return this.#offence;
  }

  /** Ends the watch where it is. */
  async end(): Promise<void> {
    this.#ending.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { signal } = this.#ending;
    while (!signal.aborted && this.#offence === undefined) {
      try {
        await this.#read(signal);
      } catch (error) {
        if (!(error instanceof WhitewaterError)) throw error;
      }
      await pause(ASK_EVERY_MS, signal);
    }
  }

  /** Begins with the newest line that was read before: if it is gone, so may be some that were not. */
  async #read(signal?: AbortSignal): Promise<void> {
    const known = this.#newest;
    let isKnownThere = known === 0;
    let hasForgotten = false;
    const options = { after: Math.max(0, known - 1), kinds: KINDS, ...(signal === undefined ? {} : { signal }) };
    for await (const line of this.#network.journal(options)) {
      if (line.kind === 'journal') {
        hasForgotten = line.forgotten > 0;
        continue;
      }
      isKnownThere ||= line.seq === known;
      if (!isKnownThere) break;
      if (line.seq <= this.#newest) continue;
      this.#newest = line.seq;
      if (line.kind !== 'status') continue;
      const offence = this.#ledger.read(line.id, line.status, { seq: line.seq });
      if (offence === undefined) continue;
      this.#tell(offence);
      return;
    }
    // Of a journal without room for anything but frames no line comes at all; nor of one in which only faults were set as yet.
    const isGone = !isKnownThere || (hasForgotten && this.#newest === 0);
    if (isGone && signal?.aborted !== true) this.#tellGap();
  }

  #tellGap(): void {
    this.#tell(
      `the relay forgot lines of its journal behind number ${this.#newest} before they were read, so what the peers told cannot be vouched for`,
    );
  }

  #tell(offence: string): void {
    this.#offence ??= offence;
    this.#onOffence(this.#offence);
  }
}
