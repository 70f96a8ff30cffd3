import { signal, type ReadonlySignal } from '@preact/signals';
import type { RelayClient } from '../../../../../client/RelayClient.ts';
import type { Condition } from '../../../../../client/scenario/conditionTypes.ts';
import { filled } from '../../../../../client/scenario/filled.ts';
import { parseCondition } from '../../../../../client/scenario/parseCondition.ts';
import { parseRemembered, rememberedValue } from '../../../../../client/scenario/remembered.ts';
import type { Ground } from '../../../../../client/scenario/Stage.ts';
import { StepFailure } from '../../../../../client/scenario/StepFailure.ts';
import type { Tour, TourCard, TourDeed } from '../../../../../client/scenario/Tour.ts';
import { untilAll } from '../../../../../client/scenario/untilAll.ts';
import type { Wait } from '../../../../../client/scenario/Wait.ts';
import { sightOf, type Scope } from '../../../../../client/scenario/who.ts';
import { WhitewaterError } from '../../../../../shared/errors.ts';
import type { ClusterId } from '../../../../../shared/ids.ts';
import type { Action, Actions, Outcome } from '../../connection/actions/Actions.ts';
import { conditionWords } from '../../model/tours/conditionWords.ts';
import { tourActions } from '../../model/tours/tourActions.ts';
import { tourSight } from '../../model/tours/tourSight.ts';
import type { TourDeedOutcome, TourState, TourWait } from '../../model/tours/TourState.ts';
import { pause, tourGround } from './tourGround.ts';
import { setStage } from './tourStage.ts';

/** What every tour begins with, whatever was before. */
const READY = ['all is connected within 60s', 'leader within 60s', 'all follows leader within 60s'];
const PREPARING =
  'The cluster is made ready: a network without faults, every peer running, and all of them slow enough to be watched.';
/** A tour that goes on by itself leaves time to read: so much, and more for each letter. */
const READING_MS = 4000;
const READING_MS_PER_LETTER = 45;

export interface TourPorts {
  readonly client: RelayClient;
  readonly cluster: ClusterId;
  readonly run: Actions['run'];
}

/** One run of a tour, from its first step to its last. */
export class TourRun {
  readonly #tour: Tour;
  readonly #ports: TourPorts;
  readonly #ending = new AbortController();
  readonly #state = signal<TourState>({ ...BLANK });
  #ground: Ground | undefined;
  #goOn: () => void = () => undefined;

  constructor(tour: Tour, ports: TourPorts, { isPlaying = false } = {}) {
    this.#tour = tour;
    this.#ports = ports;
    this.#tell({ tour: tour.name, of: tour.cards.length, isPlaying });
  }

  get state(): ReadonlySignal<TourState> {
    return this.#state;
  }

  /** Goes on to the next step, once this one is reached. */
  next(): void {
    this.#goOn();
  }

  play(isPlaying: boolean): void {
    this.#tell({ isPlaying });
    const { phase } = this.#state.peek();
    if (isPlaying && phase === 'reached') this.#goOn();
  }

  /** Does nothing further; what was asked of the relay already is done. */
  end(): void {
    this.#ending.abort();
    this.#goOn();
    this.#tell({ phase: 'leaving' });
  }

  /** Resolves when the last step is reached, one came out otherwise, or it was ended. */
  async perform(): Promise<void> {
    try {
      await this.#prepare();
      for (const [at, card] of this.#tour.cards.entries()) {
        if (this.#isOver) return;
        await this.#performCard(card, at + 1);
        if (at + 1 < this.#tour.cards.length) await this.#toldToGoOn(card);
      }
    } catch (error) {
      if (this.#isOver) return;
      this.#tell({ phase: 'failed', trouble: troubleOf(error) });
    }
  }

  get #isOver(): boolean {
    return this.#ending.signal.aborted;
  }

  async #prepare(): Promise<void> {
    const { client, cluster } = this.#ports;
    this.#tell({ text: PREPARING });
    const { processes } = await setStage(client, cluster, this.#tour.settings);
    const peers = processes.map(({ id }) => id);
    this.#ground = tourGround(client, cluster, peers);
    await this.#waitFor(READY);
  }

  async #performCard(card: TourCard, step: number): Promise<void> {
    const { memory } = this.#theGround;
    this.#tell({ ...BLANK_STEP, step, text: filled(card.say, memory) });
    for (const { deeds, waitMs, until, remember } of card.parts) {
      for (const deed of deeds) await this.#do(deed);
      await pause(waitMs, this.#ending.signal);
      await this.#waitFor(until);
      if (this.#isOver) return;
      for (const [name, what] of remember) {
        memory.set(name, await rememberedValue(parseRemembered(what, this.#scope), this.#theGround));
      }
      this.#tell({ text: filled(card.say, memory) });
    }
    const { leader } = await this.#theGround.network.view();
    const sight = sightOf(this.#theGround, { leader });
    const look = card.look === null ? null : tourSight(card.look, memory, sight, this.#scope);
    this.#tell({ phase: 'reached', waits: [], isLate: false, look });
  }

  get #theGround(): Ground {
    if (this.#ground === undefined) throw new Error('the tour is not ready');
    return this.#ground;
  }

  /** Who reads a tour when it is built knows that names are known. */
  get #scope(): Scope {
    const { peers, memory } = this.#theGround;
    return { peers, variables: new Set(memory.keys()) };
  }

  async #do(deed: TourDeed): Promise<void> {
    if (this.#isOver) return;
    const { network, client, cluster } = this.#theGround;
    if (deed.kind === 'get') {
      const { key, equals } = deed;
      await this.#deed(`Get ${key}`, async () => {
        const value = (await client.get(cluster, key))?.value ?? null;
        if (equals !== null && value !== equals)
          throw new StepFailure(`${key} is ${value ?? 'missing'}, and not ${equals}`);
        return 'done';
      });
      return;
    }
    const { leader } = await network.view();
    for (const action of tourActions(deed, sightOf(this.#theGround, { leader }), this.#scope)) {
      const fails = deed.kind === 'put' ? deed.fails : null;
      await this.#deed(action.label, async () => outcomeOf(action, await this.#ports.run(action), fails));
    }
  }

  async #deed(label: string, act: () => Promise<TourDeedOutcome>): Promise<void> {
    const before = this.#state.peek().deeds;
    this.#tell({ deeds: [...before, { label, outcome: 'underWay' }] });
    const outcome = await act();
    this.#tell({ deeds: [...before, { label, outcome }] });
  }

  /** What takes longer than it should is waited for all the same: a laptop may have been asleep. */
  async #waitFor(texts: readonly string[]): Promise<void> {
    const conditions = texts.map((text) => parseCondition(text, this.#scope));
    while (conditions.length > 0 && !this.#isOver) {
      try {
        await untilAll(conditions, this.#theGround, this.#ending.signal, (waits) => this.#tellWaits(waits));
        break;
      } catch (error) {
        if (!(error instanceof WhitewaterError) || error.code !== 'TIMED_OUT') throw error;
        this.#tell({ isLate: true });
      }
    }
    this.#tell({ waits: [], isLate: false });
  }

  #tellWaits(waits: readonly Wait[]): void {
    const told = waits.map((wait) => this.#told(wait.condition, wait));
    if (JSON.stringify(told) !== JSON.stringify(this.#state.peek().waits)) this.#tell({ waits: told });
  }

  #told(condition: Condition, wait: Wait): TourWait {
    const text = conditionWords(condition, this.#theGround.memory);
    return { text, isTrue: wait.holdsAt(performance.now()), seen: wait.seen };
  }

  async #toldToGoOn({ look, say }: TourCard): Promise<void> {
    if (this.#isOver) return;
    const reading = new AbortController();
    const told = new Promise<void>((resolve) => (this.#goOn = resolve));
    const readingMs = READING_MS + READING_MS_PER_LETTER * (look?.text ?? say).length;
    const byItself = pause(readingMs, reading.signal).then(() => (this.#state.peek().isPlaying ? undefined : told));
    await Promise.race([told, byItself]);
    reading.abort();
    this.#goOn = () => undefined;
  }

  #tell(changes: Partial<TourState>): void {
    if (this.#isOver && changes.phase !== 'leaving') return;
    this.#state.value = { ...this.#state.peek(), ...changes };
  }
}

const BLANK_STEP = { phase: 'doing', deeds: [], waits: [], isLate: false, trouble: null, look: null } as const;

const BLANK: TourState = {
  ...{ tour: '', step: 0, of: 0, text: '', isPlaying: false },
  ...BLANK_STEP,
  phase: 'preparing',
};

/** @throws {StepFailure} when it came out otherwise than it was to */
function outcomeOf({ label }: Action, outcome: Outcome, fails: readonly string[] | null): TourDeedOutcome {
  if (outcome.kind === 'done') {
    if (fails !== null) throw new StepFailure(`${label} was to fail, and was done`);
    return 'done';
  }
  const { code, message } = outcome.error;
  if (fails?.includes(code) !== true) throw new StepFailure(`${label}: ${code}: ${message}`);
  return 'failedAsMeant';
}

function troubleOf(error: unknown): string {
  if (error instanceof WhitewaterError) return `${error.code}: ${error.message}`;
  return error instanceof Error ? error.message : String(error);
}
