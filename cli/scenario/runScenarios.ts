import { nanoid } from 'nanoid';
import { WhitewaterError } from '../../shared/errors.ts';
import type { Invocation } from '../Command.ts';
import { json } from '../control/printAnswer.ts';
import { JournalFile } from '../network/JournalFile.ts';
import { stopRequested } from '../process/shutdown.ts';
import { JOURNAL_FILE, RUN_JSON, RUN_SEED, URL_OF_RUNNING } from '../settings/runSettings.ts';
import { checkForeign } from './openStage.ts';
import { mistakesOf, moreOf, readAll } from './Mistakes.ts';
import { readScenario } from './readScenario.ts';
import type { Scenario } from './Scenario.ts';
import { Scene } from './Scene.ts';
import { ScenarioRun } from './ScenarioRun.ts';
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
  const scenarios = readThem(invocation);
  if (settings.get(URL_OF_RUNNING) !== undefined) scenarios.forEach(checkForeign);
  const interrupted = new AbortController();
  void stopRequested(() => process.exit(INTERRUPTED)).then(() => interrupted.abort());
  const journal = await JournalFile.openIfNamed(settings.get(JOURNAL_FILE));
  let failures = 0;
  try {
    for (const scenario of scenarios) {
      const passed = await runOne(invocation, { scenario, journal, interrupted: interrupted.signal });
      if (interrupted.signal.aborted) return INTERRUPTED;
      if (!passed) failures += 1;
    }
  } finally {
    await journal?.close();
  }
  return failures === 0 ? 0 : FAILED;
}

/** @throws {WhitewaterError} USAGE with the mistakes of all; they stand on standard output too when that is to be JSON */
function readThem({ args, settings, stdout }: Invocation): Scenario[] {
  try {
    return readAll(args, readScenario);
  } catch (error) {
    if (settings.get(RUN_JSON) && error instanceof WhitewaterError) {
      const { code, message } = error;
      const mistakes = mistakesOf(error) ?? [{ path: '', problem: message }];
      stdout.write(json({ passed: false, code, mistakes, more: moreOf(error) }));
    }
    throw error;
  }
}

interface Parts {
  readonly scenario: Scenario;
  readonly journal: JournalFile | undefined;
  readonly interrupted: AbortSignal;
}

async function runOne(invocation: Invocation, { scenario, journal, interrupted }: Parts): Promise<boolean> {
  const { settings, stdout } = invocation;
  const seed = settings.get(RUN_SEED) ?? scenario.seed ?? nanoid(8);
  const timeline = new Timeline(settings.get(RUN_JSON) ? undefined : stdout);
  timeline.title(`${scenario.name}: ${scenario.peers.length} peers, seed ${seed}`);
  const { peers, flags } = scenario;
  const scene = await Scene.open(settings, { peers, flags: new Map([['seed', seed], ...flags]), seed, timeline });
  try {
    const failure = await scene.perform((signal) => performSteps(scene, scenario, timeline, signal), {
      interrupted,
      timeoutMs: scenario.timeoutMs,
    });
    if (!interrupted.aborted) tell(invocation, { scenario, seed, timeline, failure });
    // Behind the verdict: a disk that is full must not take its place.
    await journal?.save(scene.stage.network.journal({ after: scene.stage.journalAfter }));
    if (interrupted.aborted) return false;
    return failure === undefined;
  } finally {
    await scene.close();
  }
}

async function performSteps(
  { stage }: Scene,
  scenario: Scenario,
  timeline: Timeline,
  signal: AbortSignal,
): Promise<void> {
  if (scenario.profile !== undefined) {
    const { name, ...options } = await scenario.profile.request(stage);
    await stage.network.profile(name, options);
  }
  await new ScenarioRun(stage, timeline, signal).perform(scenario);
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
