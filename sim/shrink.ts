import { minimize } from './deltaDebugging.ts';
import { drawWorld } from './drawWorld.ts';
import { planOf, type SeedOptions } from './runSeed.ts';
import type { SeedFailure, SeedOutcome } from './tryRun.ts';

/** More tries than this do not make a run much smaller. */
const TRIES_MAX = 400;
/** What is left after one round may be less than what was needed before it. */
const ROUNDS_MAX = 3;
/** Lengths are tried in steps of this. */
const LENGTH_STEP_MS = 100;
const BISECTIONS_MAX = 10;

export interface Shrinking {
  readonly attempt: (options: SeedOptions) => Promise<SeedOutcome>;
  readonly triesMax?: number;
  /** Asked before each try; the smallest run so far is what comes out when it says no. */
  readonly mayGoOn?: () => boolean;
}

export interface ShrunkenRun {
  readonly options: SeedOptions & { readonly faults: readonly number[] };
  readonly failure: SeedFailure;
  /** How many faults were planned at first. */
  readonly faultsBefore: number;
  readonly tries: number;
}

/**
 * A smaller run of the same seed that fails in the same way (`SeedFailure.kind`): fewer faults, a shorter time, fewer clients. Runs are
 * the same each time, so what fails once fails always, and so does what comes out.
 *
 * @param options a run that failed, and `failure` as what
 */
export function shrink(options: SeedOptions, failure: SeedFailure, shrinking: Shrinking): Promise<ShrunkenRun> {
  return new Shrinker(options, failure, shrinking).run();
}

class Shrinker {
  readonly #shrinking: Shrinking;
  readonly #faultsBefore: number;
  #best: SeedOptions & { readonly faults: readonly number[] };
  #failure: SeedFailure;
  #tries = 0;

  constructor(options: SeedOptions, failure: SeedFailure, shrinking: Shrinking) {
    this.#shrinking = shrinking;
    this.#failure = failure;
    this.#best = { ...options, faults: numbersOf(options) };
    this.#faultsBefore = this.#best.faults.length;
  }

  async run(): Promise<ShrunkenRun> {
    await this.#endAtFailure();
    for (let round = 0; round < ROUNDS_MAX; round += 1) {
      const before = this.#best;
      await minimize(this.#best.faults, (faults) => this.#fails({ faults }));
      await this.#takeClients();
      await this.#takeTime();
      if (this.#best === before) break;
    }
    // What would strike after the end is no part of it.
    const options = { ...this.#best, faults: numbersOf(this.#best) };
    return { options, failure: this.#failure, faultsBefore: this.#faultsBefore, tries: this.#tries };
  }

  /** Whether the best run, changed so, fails in the same way; then it is the best from now on. */
  async #fails(change: Partial<SeedOptions>): Promise<boolean> {
    const { attempt, triesMax = TRIES_MAX, mayGoOn = () => true } = this.#shrinking;
    if (this.#tries >= triesMax || !mayGoOn()) return false;
    this.#tries += 1;
    const options = { ...this.#best, ...change };
    const outcome = await attempt(options);
    if (outcome.passed || outcome.failure.kind !== this.#failure.kind) return false;
    this.#best = options;
    this.#failure = outcome.failure;
    return true;
  }

  /** Most runs fail while faults still strike: what comes later is not needed. */
  async #endAtFailure(): Promise<void> {
    const { atMs = Number.POSITIVE_INFINITY } = this.#failure;
    const faultsMs = (Math.floor(atMs / LENGTH_STEP_MS) + 1) * LENGTH_STEP_MS;
    if (faultsMs < this.#best.faultsMs) await this.#fails({ faultsMs });
  }

  async #takeClients(): Promise<void> {
    const planned = drawWorld(this.#best.seed).clients?.clients ?? 0;
    const now = Math.min(planned, this.#best.clients ?? planned);
    for (let clients = 0; clients < now; clients += 1) if (await this.#fails({ clients })) return;
  }

  /** Halves the span in which the shortest length lies. A shorter one may fail where a longer one does not: it is only looked for so long. */
  async #takeTime(): Promise<void> {
    await this.#endAtFailure();
    let passesAt = -1;
    for (let times = 0; times < BISECTIONS_MAX; times += 1) {
      const failsAt = Math.ceil(this.#best.faultsMs / LENGTH_STEP_MS);
      const middle = passesAt < 0 ? 0 : Math.floor((passesAt + failsAt) / 2);
      if (middle <= passesAt || middle >= failsAt) return;
      if (!(await this.#fails({ faultsMs: middle * LENGTH_STEP_MS }))) passesAt = middle;
    }
  }
}

function numbersOf(options: SeedOptions): number[] {
  return planOf(options).map(({ number }) => number);
}
