import { nanoid } from 'nanoid';
import type { Invocation } from '../Command.ts';
import { json } from '../control/printAnswer.ts';
import { JournalFile } from '../network/JournalFile.ts';
import { stopRequested } from '../process/shutdown.ts';
import { Scene } from '../scenario/Scene.ts';
import { Timeline } from '../scenario/Timeline.ts';
import { ELECTION_SETTINGS } from '../settings/clusterSettings.ts';
import { JOURNAL_FILE, MINUTES, RUN_JSON, RUN_SEED } from '../settings/runSettings.ts';
import type { Settings } from '../settings/Settings.ts';
import { flagOf } from '../settings/Setting.ts';
import { PEERS } from '../settings/upSettings.ts';
import { ChaosRun, LIVENESS_MS_MAX } from './ChaosRun.ts';
import { type Struck, struckBetween, struckText } from './struck.ts';

const FAILED = 1;
/** The exit code of a process that Ctrl-C ended, as shells have it. */
const INTERRUPTED = 130;
/** What a run may take beyond its time: the last round is ended as a whole. */
const MARGIN_MS = 60_000;

/** Faults at random under load, until the time is over or something is wrong. @returns 0 or 1 */
export async function runChaos(invocation: Invocation): Promise<number> {
  const { settings, stdout } = invocation;
  const peers = settings.get(PEERS);
  const seed = settings.get(RUN_SEED) ?? nanoid(8);
  const durationMs = settings.get(MINUTES) * 60_000;
  const journal = await JournalFile.openIfNamed(settings.get(JOURNAL_FILE));
  const interrupted = new AbortController();
  void stopRequested(() => process.exit(INTERRUPTED)).then(() => interrupted.abort());
  const timeline = new Timeline(settings.get(RUN_JSON) ? undefined : stdout);
  timeline.title(`chaos: ${peers.length} peers, ${minutesText(durationMs)}, seed ${seed}`);
  const scene = await Scene.open(settings, {
    peers,
    flags: new Map([['seed', seed], ...electionFlags(settings)]),
    seed,
    timeline,
  });
  try {
    return await performChaos(invocation, {
      scene,
      timeline,
      seed,
      durationMs,
      journal,
      interrupted: interrupted.signal,
    });
  } finally {
    await journal?.close();
    await scene.close();
  }
}

export interface ChaosParts {
  readonly scene: Scene;
  readonly timeline: Timeline;
  readonly seed: string;
  readonly durationMs: number;
  /** Where the run's journal is to be kept. */
  readonly journal?: JournalFile | undefined;
  readonly interrupted: AbortSignal;
}

/** The run on a scene that is open, and what is told of it. @returns the exit code */
export async function performChaos(invocation: Invocation, parts: ChaosParts): Promise<number> {
  const { scene, timeline, seed, durationMs, journal, interrupted } = parts;
  const { stage, ledger } = scene;
  let run: ChaosRun | undefined;
  const { traffic } = await stage.network.view();
  const failure = await scene.perform(
    (signal) => {
      run = new ChaosRun({ stage, seed, durationMs, timeline, ledger, signal });
      return run.perform();
    },
    { interrupted, timeoutMs: durationMs + 3 * LIVENESS_MS_MAX + MARGIN_MS },
  );
  const view = await stage.network.view().catch(() => undefined);
  const frames = view === undefined ? undefined : struckBetween(traffic, view.traffic);
  if (run !== undefined) summarize(invocation, { run, scene, timeline, failure, seed, frames });
  // Behind the verdict: a disk that is full must not take its place.
  await journal?.save(stage.network.journal({ after: stage.journalAfter }));
  if (interrupted.aborted) return INTERRUPTED;
  return failure === undefined ? 0 : FAILED;
}

interface Summary {
  readonly run: ChaosRun;
  readonly scene: Scene;
  readonly timeline: Timeline;
  readonly failure: string | undefined;
  readonly seed: string;
  /** Undefined when the relay did not answer at the end. */
  readonly frames: Struck | undefined;
}

function summarize(invocation: Invocation, { run, scene, timeline, failure, seed, frames }: Summary): void {
  const { settings, stdout } = invocation;
  const { operations, rounds } = run;
  const faults = Object.fromEntries(run.faults);
  const { elections, highestTerm } = scene.ledger;
  const repeat = repeatLine(settings, seed);
  if (settings.get(RUN_JSON)) {
    const passed = failure === undefined;
    const result = {
      seed,
      passed,
      ...(passed ? {} : { failure }),
      repeat,
      elapsedMs: timeline.elapsedMs,
      rounds,
      faults,
      ...(frames === undefined ? {} : { frames }),
    };
    stdout.write(json({ ...result, elections, highestTerm, operations, timeline: timeline.entries }));
    return;
  }
  const told = Object.entries(faults).map(([kind, count]) => `${kind} ${count}`);
  const { acknowledged, unknown, failed, reads } = operations;
  stdout.write(
    [
      '',
      `rounds      ${rounds}`,
      `faults      ${told.join(', ') || 'none'}`,
      ...(frames === undefined ? [] : [`frames      ${struckText(frames)}`]),
      `elections   ${elections} terms with a leader, highest term ${highestTerm}`,
      `operations  ${acknowledged} writes acknowledged, ${unknown} unknown, ${failed} failed, ${reads} reads`,
      `repeat      ${repeat}`,
      '',
    ].join('\n'),
  );
  timeline.verdict(failure === undefined, failure ?? `seed ${seed}: nothing was wrong`);
}

/** The command that draws the same faults again. */
function repeatLine(settings: Settings, seed: string): string {
  const peers = settings.isGiven(PEERS) ? ` --peers ${settings.get(PEERS).join(',')}` : '';
  const election = [...electionFlags(settings)].map(([name, text]) => {
    const setting = ELECTION_SETTINGS.find((known) => known.name === name);
    return setting === undefined ? '' : ` ${flagText(flagOf(setting), text)}`;
  });
  return `npx whitewater chaos --minutes ${minutesText(settings.get(MINUTES) * 60_000)} --seed ${seed}${peers}${election.join('')}`;
}

/** As `--minutes` reads it. */
function minutesText(durationMs: number): string {
  const seconds = Math.round(durationMs / 1000);
  return seconds % 60 === 0 ? `${seconds / 60}m` : `${seconds}s`;
}

/** Switches stand alone. */
function flagText(flag: string, text: string): string {
  if (text === 'true') return flag;
  return text === 'false' ? flag.replace('--', '--no-') : `${flag} ${text}`;
}

/** Those of the election that were given, as text. */
function electionFlags(settings: Settings): Map<string, string> {
  const names: ReadonlySet<string> = new Set(ELECTION_SETTINGS.map(({ name }) => name));
  const given = [...settings.describe()].filter(({ setting }) => names.has(setting.name) && settings.isGiven(setting));
  return new Map(given.map(({ setting, text }) => [setting.name, text]));
}
