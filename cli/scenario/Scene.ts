import { WhitewaterError } from '../../shared/errors.ts';
import { followCluster } from '../live/followCluster.ts';
import { chosenCluster, relayAccess } from '../live/relayAccess.ts';
import { SafetyLedger } from '../../shared/safety/SafetyLedger.ts';
import { SafetyWatch } from '../safety/watchSafety.ts';
import { URL_OF_RUNNING } from '../settings/runSettings.ts';
import type { Settings } from '../settings/Settings.ts';
import { CLUSTER_DEFAULT } from '../settings/sharedSettings.ts';
import { openStage } from './openStage.ts';
import { OwnCluster } from './OwnCluster.ts';
import type { Stage } from '../../client/scenario/Stage.ts';
import { StepFailure } from '../../client/scenario/StepFailure.ts';
import type { Timeline } from './Timeline.ts';

export interface SceneOptions {
  readonly peers: readonly string[];
  /** Of `whitewater up`, as text, by the settings' names. */
  readonly flags: ReadonlyMap<string, string>;
  readonly seed: string;
  readonly timeline: Timeline;
}

interface Access {
  readonly url: string;
  readonly token: string | undefined;
}

/**
 * A stage with all that goes on beside what is performed on it: it tells who leads, holds what peers say against Raft's safety,
 * and ends early when a process ends by itself.
 */
export class Scene {
  readonly stage: Stage;
  readonly ledger = new SafetyLedger();
  readonly #own: OwnCluster | undefined;
  readonly #timeline: Timeline;
  readonly #ending = new AbortController();
  readonly #besides: Promise<unknown>[] = [];
  readonly #offence: Promise<never>;
  readonly #safety: SafetyWatch;
  #offend: (offence: string) => void = () => undefined;

  /**
   * The relay that the settings name, or one of its own with peers of its own.
   * @throws {WhitewaterError} TIMED_OUT when the peers do not connect; what keeps a relay from starting or answering
   */
  static async open(settings: Settings, { peers, flags, seed, timeline }: SceneOptions): Promise<Scene> {
    const url = settings.get(URL_OF_RUNNING);
    if (url !== undefined) {
      const access = relayAccess(settings);
      const cluster = await chosenCluster(access, settings);
      const stage = await openStage({ url, token: access.token, cluster, peers, seed, own: undefined });
      return new Scene(stage, undefined, access, timeline);
    }
    const onNews = (text: string): void => timeline.event(text);
    const own = await OwnCluster.start({ cluster: CLUSTER_DEFAULT, peers, flags, onNews });
    const access = { url: own.url, token: undefined };
    try {
      const opening = openStage({ ...access, cluster: CLUSTER_DEFAULT, peers, seed, own });
      return new Scene(await Promise.race([opening, own.broken]), own, access, timeline);
    } catch (error) {
      await own.close();
      throw error;
    }
  }

  constructor(stage: Stage, own: OwnCluster | undefined, access: Access, timeline: Timeline) {
    this.stage = stage;
    this.#own = own;
    this.#timeline = timeline;
    this.#offence = new Promise((_resolve, reject) => (this.#offend = (offence) => reject(new StepFailure(offence))));
    this.#offence.catch(() => undefined);
    timeline.begin();
    timeline.add({ verb: 'start', what: stage.peers.join(', '), outcome: `relay at ${access.url}`, ok: true });
    this.#follow(access);
    this.#safety = new SafetyWatch(stage.network, this.ledger, (offence) => this.#offend(offence));
  }

  /**
   * The verdict is given when all that the peers told until then has been read.
   * @param work ends soon after its signal aborts
   * @returns why it failed; undefined when it did not, or was interrupted
   */
  async perform(
    work: (signal: AbortSignal) => Promise<void>,
    { interrupted, timeoutMs }: { interrupted: AbortSignal; timeoutMs: number },
  ): Promise<string | undefined> {
    const failure = await this.#work(work, interrupted, timeoutMs);
    return failure === undefined && !interrupted.aborted ? this.#safety.drain() : failure;
  }

  async #work(
    work: (signal: AbortSignal) => Promise<void>,
    interrupted: AbortSignal,
    timeoutMs: number,
  ): Promise<string | undefined> {
    const late = setTimeout(() => this.#offend(`it took longer than ${timeoutMs} ms, its timeout`), timeoutMs);
    const stopped = new Promise<void>((resolve) => {
      if (interrupted.aborted) resolve();
      else interrupted.addEventListener('abort', () => resolve());
    });
    const broken = this.#own?.broken ?? new Promise<never>(() => undefined);
    const working = work(this.#ending.signal);
    try {
      await Promise.race([working, this.#offence, broken, stopped]);
      return undefined;
    } catch (error) {
      if (error instanceof StepFailure) return error.message;
      if (error instanceof WhitewaterError) return `${error.code}: ${error.message}`;
      throw error;
    } finally {
      clearTimeout(late);
      // What is given up may still fail, and nobody would hear it.
      working.catch(() => undefined);
    }
  }

  /** Leaves a relay of somebody else's without faults, and nothing of its own. */
  async close(): Promise<void> {
    this.#ending.abort();
    if (this.#own === undefined) await this.stage.network.heal().catch(() => undefined);
    await Promise.allSettled([...this.#besides, this.#safety.end()]);
    await this.#own?.close();
  }

  #follow({ url, token }: Access): void {
    const { signal } = this.#ending;
    const { cluster } = this.stage;
    const since = Date.now();
    const followed = followCluster({
      ...{ url, token, cluster, signal, isPatient: () => true },
      onChange: (events) => {
        for (const { kind, text, timeMs } of events) {
          if (timeMs >= since && (kind === 'leaderElected' || kind === 'leaderLost')) this.#timeline.event(text);
        }
      },
    });
    this.#besides.push(followed.ended);
  }
}
