import { PAPER_FIGURE_16, type PaperLine } from '../../sim/figures/paperFigure16.ts';
import { ELECTION_PRESETS, type ElectionOptions } from '../../peer/raft/options.ts';
import { Child } from '../support/Child.ts';
import type { Progress } from '../support/Progress.ts';
import { percentileOf } from '../support/statistics.ts';
import { ElectorCluster } from './ElectorCluster.ts';
import type { End, FailoverFigures, FailoverPlan, LineResult, Setup } from './result.ts';
import { heal, runTrial, type TrialOptions } from './trial.ts';

/** Of one trial, with a process started again and its store opened, at rest. */
const TRIAL_SECONDS = 0.9;
const LINE_SECONDS = 2;
const COMMITS = 5;
/** So many trials that do not count, for each that should, end a line: the machine has no calm for such timeouts. */
const DISCARDED_PER_TRIAL = 10;

export function nameOf({ timeoutMsMin, timeoutMsMax }: Pick<PaperLine, 'timeoutMsMin' | 'timeoutMsMax'>): string {
  return `${timeoutMsMin}-${timeoutMsMax}`;
}

export const LINES = PAPER_FIGURE_16.map(nameOf);

export function plannedSeconds(plan: FailoverPlan): number {
  const combinations = plan.setups.length * plan.ends.length;
  return combinations * plan.lines.length * (LINE_SECONDS + plan.trials * TRIAL_SECONDS);
}

export async function measureFailover(plan: FailoverPlan, progress: Progress): Promise<FailoverFigures> {
  const relay = await Child.start(new URL('../support/relayProcess.js', import.meta.url));
  const lines: LineResult[] = [];
  try {
    for (const setup of plan.setups) {
      for (const end of plan.ends) {
        for (const paper of PAPER_FIGURE_16.filter((line) => plan.lines.includes(nameOf(line)))) {
          const seconds = LINE_SECONDS + plan.trials * TRIAL_SECONDS;
          progress.step(`${setup}, ${end}`, `${nameOf(paper)} ms`, seconds);
          lines.push(await measureLine(relay, plan, setup, end, paper));
        }
      }
    }
    return { lines };
  } finally {
    await relay.stop();
  }
}

async function measureLine(
  relay: Child,
  plan: FailoverPlan,
  setup: Setup,
  end: End,
  paper: PaperLine,
): Promise<LineResult> {
  const election = electionOf(setup, paper);
  const name = `${setup}-${end}-${nameOf(paper)}`;
  const cluster = new ElectorCluster(name, `http://127.0.0.1:${relay.port}`, election);
  const { timeoutMsMin, timeoutMsMax } = paper;
  const line = { setup, end, timeoutMsMin, timeoutMsMax };
  const trials = new Trials(plan, paper);
  let commitMs: number | null = null;
  try {
    await cluster.start();
    await cluster.whole();
    await heal(cluster, plan.travelMs);
    commitMs = await commitTime(cluster);
    const options = {
      setup,
      end,
      travelMs: plan.travelMs,
      heartbeatMs: election.heartbeatMs,
      withinMs: plan.trialMsMax,
    };
    const trouble = await trials.run(cluster, options);
    return { ...line, ...trials.figures(), commitMs, trouble };
  } catch (error) {
    return { ...line, ...trials.figures(), commitMs, trouble: error instanceof Error ? error.message : String(error) };
  } finally {
    await cluster.stop();
  }
}

class Trials {
  readonly #wanted: number;
  readonly #plan: FailoverPlan;
  readonly #timesMs: number[] = [];
  #cutShort = 0;
  #discarded = 0;

  constructor(plan: FailoverPlan, { timeoutMsMin, timeoutMsMax }: PaperLine) {
    this.#plan = plan;
    this.#wanted = timeoutMsMin === timeoutMsMax ? plan.trialsWithoutSpread : plan.trials;
  }

  /** @returns why it ended early, or null */
  async run(cluster: ElectorCluster, options: TrialOptions): Promise<string | null> {
    const endMs = performance.now() + this.#plan.lineMsMax;
    while (this.#timesMs.length < this.#wanted) {
      if (performance.now() > endMs) return `its ${this.#plan.lineMsMax / 1000} s were over`;
      if (this.#discarded > DISCARDED_PER_TRIAL * this.#wanted)
        return 'elections without a cause: the machine has no calm';
      const outcome = await runTrial(cluster, options);
      if (outcome.type === 'discarded') this.#discarded += 1;
      if (outcome.type === 'cutShort') this.#cutShort += 1;
      if (outcome.type === 'elected') this.#timesMs.push(outcome.tookMs);
      if (outcome.type === 'cutShort') this.#timesMs.push(options.withinMs);
    }
    return null;
  }

  figures(): Pick<LineResult, 'timesMs' | 'cutShort' | 'discarded'> {
    return { timesMs: this.#timesMs, cutShort: this.#cutShort, discarded: this.#discarded };
  }
}

async function commitTime(cluster: ElectorCluster): Promise<number> {
  const tookMs: number[] = [];
  while (tookMs.length < COMMITS) {
    const { leader } = await cluster.whole();
    const took = await cluster.put(leader);
    if (took !== undefined) tookMs.push(took);
  }
  return percentileOf(tookMs, 50);
}

/**
 * The heartbeat interval is half the least timeout. LogCabin drew whole milliseconds, both ends among them, of which a continuous range
 * one millisecond wider has the spread (docs/FIGURE16.md); without spread it is as narrow as can be.
 */
function electionOf(setup: Setup, { timeoutMsMin, timeoutMsMax }: PaperLine): ElectionOptions {
  const rules = setup === 'paper' ? ELECTION_PRESETS.lab : ELECTION_PRESETS.default;
  const electionTimeoutMsMax = timeoutMsMax === timeoutMsMin ? timeoutMsMax + 0.001 : timeoutMsMax + 1;
  return {
    ...{ ...rules, noOpOnElection: true, heartbeatMs: timeoutMsMin / 2 },
    ...{ electionTimeoutMsMin: timeoutMsMin, electionTimeoutMsMax },
  };
}
