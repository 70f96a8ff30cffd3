import { nanoid } from 'nanoid';
import { WhitewaterError } from '../../shared/errors.ts';
import type { Invocation } from '../Command.ts';
import { json } from '../control/printAnswer.ts';
import { followCluster } from '../live/followCluster.ts';
import { chosenCluster, relayAccess } from '../live/relayAccess.ts';
import { saveJournal } from '../network/saveJournal.ts';
import { stopRequested } from '../process/shutdown.ts';
import { SafetyLedger } from '../safety/SafetyLedger.ts';
import { watchSafety } from '../safety/watchSafety.ts';
import { JOURNAL_FILE, RUN_JSON, RUN_SEED, URL_OF_RUNNING } from '../settings/runSettings.ts';
import { CLUSTER_DEFAULT } from '../settings/sharedSettings.ts';
import { tokenOf } from '../settings/token.ts';
import { checkForeign, openStage } from './openStage.ts';
import { OwnCluster } from './OwnCluster.ts';
import { readScenario } from './readScenario.ts';
import type { Scenario } from './Scenario.ts';
import { ScenarioRun } from './ScenarioRun.ts';
import type { Stage } from './Stage.ts';
import { StepFailure } from './StepFailure.ts';
import { Timeline } from './Timeline.ts';

const FAILED = 1;
/** The exit code of a process that Ctrl-C ended, as shells have it. */
const INTERRUPTED = 130;

/** Runs scenarios one after the other. @returns 0 when all passed, 1 when one failed */
export async function runScenarios(invocation: Invocation): Promise<number> {
  const { settings, args } = invocation;
  if (args.length > 1 && settings.get(JOURNAL_FILE) !== undefined) {
    throw new WhitewaterError('USAGE', '--journal keeps one journal: run one scenario with it');
  }
  // All of them are read before anything starts.
  const scenarios = args.map(readScenario);
  if (settings.get(URL_OF_RUNNING) !== undefined) scenarios.forEach(checkForeign);
  const interrupted = new AbortController();
  void stopRequested(() => process.exit(INTERRUPTED)).then(() => interrupted.abort());
  let failures = 0;
  for (const scenario of scenarios) {
    const passed = await runOne(invocation, scenario, interrupted.signal);
    if (interrupted.signal.aborted) return INTERRUPTED;
    if (!passed) failures += 1;
  }
  return failures === 0 ? 0 : FAILED;
}

async function runOne(invocation: Invocation, scenario: Scenario, interrupted: AbortSignal): Promise<boolean> {
  const { settings, stdout } = invocation;
  const seed = settings.get(RUN_SEED) ?? scenario.seed ?? nanoid(8);
  const timeline = new Timeline(settings.get(RUN_JSON) ? undefined : stdout);
  timeline.title(`${scenario.name}: ${scenario.peers.length} peers, seed ${seed}`);
  const scene = await Scene.open(invocation, scenario, seed, timeline);
  try {
    const failure = await scene.perform(scenario, interrupted);
    const journal = settings.get(JOURNAL_FILE);
    if (journal !== undefined) await saveJournal(scene.stage.network, journal);
    if (interrupted.aborted) return false;
    tell(invocation, { scenario, seed, timeline, failure });
    return failure === undefined;
  } finally {
    await scene.close();
  }
}

interface Result {
  readonly scenario: Scenario;
  readonly seed: string;
  readonly timeline: Timeline;
  readonly failure: string | undefined;
}

function tell({ settings, stdout }: Invocation, { scenario, seed, timeline, failure }: Result): void {
  const { name, file, peers } = scenario;
  const passed = failure === undefined;
  if (settings.get(RUN_JSON)) {
    const { elapsedMs, entries } = timeline;
    stdout.write(
      json({ scenario: name, file, peers, seed, passed, elapsedMs, ...(passed ? {} : { failure }), timeline: entries }),
    );
  } else timeline.verdict(passed, passed ? name : `${name}: ${failure}`);
}

/** A stage with all that goes on beside a scenario: events, safety, and what can end it early. */
class Scene {
  readonly stage: Stage;
  readonly #own: OwnCluster | undefined;
  readonly #timeline: Timeline;
  readonly #ending = new AbortController();
  readonly #besides: Promise<unknown>[] = [];
  #offend: (offence: string) => void = () => undefined;
  readonly #offence: Promise<never>;

  static async open({ settings }: Invocation, scenario: Scenario, seed: string, timeline: Timeline): Promise<Scene> {
    const { peers } = scenario;
    const url = settings.get(URL_OF_RUNNING);
    if (url !== undefined) {
      const access = relayAccess(settings);
      const cluster = await chosenCluster(access, settings);
      const stage = await openStage({ url, token: access.token, cluster, peers, seed, own: undefined });
      return new Scene(stage, undefined, { url, token: tokenOf(settings) }, timeline);
    }
    const flags = new Map([['seed', seed], ...scenario.flags]);
    const onNews = (text: string): void => timeline.event(text);
    const own = await OwnCluster.start({ cluster: CLUSTER_DEFAULT, peers, flags, onNews });
    try {
      const parts = { url: own.url, token: undefined, cluster: CLUSTER_DEFAULT, peers, seed, own };
      const stage = await Promise.race([openStage(parts), own.broken]);
      return new Scene(stage, own, { url: own.url, token: undefined }, timeline);
    } catch (error) {
      await own.close();
      throw error;
    }
  }

  constructor(
    stage: Stage,
    own: OwnCluster | undefined,
    access: { url: string; token: string | undefined },
    timeline: Timeline,
  ) {
    this.stage = stage;
    this.#own = own;
    this.#timeline = timeline;
    this.#offence = new Promise((_resolve, reject) => (this.#offend = (offence) => reject(new StepFailure(offence))));
    this.#offence.catch(() => undefined);
    timeline.begin();
    timeline.add({ verb: 'start', what: stage.peers.join(', '), outcome: `relay at ${access.url}`, ok: true });
    this.#follow(access);
  }

  /** @returns why it failed; undefined when it passed or was interrupted */
  async perform(scenario: Scenario, interrupted: AbortSignal): Promise<string | undefined> {
    const { signal } = this.#ending;
    const late = setTimeout(
      () => this.#offend(`the scenario took longer than ${scenario.timeoutMs} ms, its timeout`),
      scenario.timeoutMs,
    );
    const stopped = new Promise<void>((resolve) => interrupted.addEventListener('abort', () => resolve()));
    const broken = this.#own?.broken ?? new Promise<never>(() => undefined);
    try {
      const { profile } = scenario;
      if (profile !== undefined) {
        const { name, ...options } = await profile.request(this.stage);
        await this.stage.network.profile(name, options);
      }
      const performing = new ScenarioRun(this.stage, this.#timeline, signal).perform(scenario);
      performing.catch(() => undefined);
      await Promise.race([performing, this.#offence, broken, stopped]);
      return undefined;
    } catch (error) {
      if (error instanceof StepFailure) return error.message;
      if (error instanceof WhitewaterError) return `${error.code}: ${error.message}`;
      throw error;
    } finally {
      clearTimeout(late);
    }
  }

  /** Leaves a relay of somebody else's without faults, and nothing of its own. */
  async close(): Promise<void> {
    this.#ending.abort();
    if (this.#own === undefined) await this.stage.network.heal().catch(() => undefined);
    await Promise.allSettled(this.#besides);
    await this.#own?.close();
  }

  #follow({ url, token }: { url: string; token: string | undefined }): void {
    const { signal } = this.#ending;
    const { cluster, network } = this.stage;
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
    this.#besides.push(watchSafety(network, new SafetyLedger(), signal, (offence) => this.#offend(offence)));
  }
}
