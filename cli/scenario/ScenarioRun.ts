import { setImmediate } from 'node:timers/promises';
import { WhitewaterError } from '../../shared/errors.ts';
import { pause } from '../live/followCluster.ts';
import type { Condition } from '../../client/scenario/conditionTypes.ts';
import { filled } from '../../client/scenario/filled.ts';
import { rememberedValue } from '../../client/scenario/remembered.ts';
import type { Scenario, Step } from './Scenario.ts';
import type { Stage } from '../../client/scenario/Stage.ts';
import { StepFailure } from '../../client/scenario/StepFailure.ts';
import type { Timeline } from './Timeline.ts';
import { judge, MARGIN_MS, untilAll } from '../../client/scenario/untilAll.ts';

/** One run of a scenario's steps on a stage. */
export class ScenarioRun {
  readonly #stage: Stage;
  readonly #timeline: Timeline;
  readonly #signal: AbortSignal;

  /** @param signal ends waits early */
  constructor(stage: Stage, timeline: Timeline, signal: AbortSignal) {
    this.#stage = stage;
    this.#timeline = timeline;
    this.#signal = signal;
  }

  /** @throws {StepFailure} at the first step that comes out otherwise than the scenario says */
  async perform({ steps }: Pick<Scenario, 'steps'>): Promise<void> {
    await this.#performAll(steps, '');
  }

  async #performAll(steps: readonly Step[], round: string): Promise<void> {
    for (const step of steps) {
      if (this.#signal.aborted) return;
      try {
        await this.#performStep(step, round);
      } catch (error) {
        if (error instanceof StepFailure) throw error;
        if (!(error instanceof WhitewaterError || error instanceof RangeError)) throw error;
        const code = error instanceof WhitewaterError ? `${error.code}: ` : '';
        throw new StepFailure(`${code}${error.message}`);
      }
      // Steps that wait for nothing would otherwise keep timers and signals from being heard until all of them are done.
      await setImmediate();
    }
  }

  async #performStep(step: Step, round: string): Promise<void> {
    if (step.atMs !== undefined) await pause(Math.max(0, step.atMs - this.#timeline.elapsedMs), this.#signal);
    if (step.say !== undefined) {
      const said = filled(step.say.trim(), this.#stage.memory);
      this.#timeline.add({ verb: 'say', what: `${said}${round}`, outcome: '', ok: true });
    }
    for (const action of step.actions) await this.#tell('do', action.text, step, () => action.run(this.#stage));
    const { waitMs } = step;
    if (waitMs !== undefined) await this.#tell('wait', `${waitMs} ms`, step, () => this.#wait(waitMs));
    if (step.until.length > 0)
      await this.#tell('until', textOf(step.until), step, () => untilAll(step.until, this.#stage, this.#signal));
    if (step.expect.length > 0) await this.#tell('expect', textOf(step.expect), step, () => this.#expect(step.expect));
    for (const [name, what] of step.remember) {
      await this.#tell('remember', name, step, async () => {
        const value = await rememberedValue(what, this.#stage);
        this.#stage.memory.set(name, value);
        return String(value);
      });
    }
    if (step.repeat === undefined) return;
    for (let at = 1; at <= step.repeat.times && !this.#signal.aborted; at += 1) {
      await this.#performAll(step.repeat.steps, ` (${at} of ${step.repeat.times})`);
    }
  }

  async #tell(verb: string, what: string, { place }: Step, act: () => Promise<string>): Promise<void> {
    try {
      const outcome = await act();
      if (!this.#signal.aborted) this.#timeline.add({ verb, what, outcome, ok: true });
    } catch (error) {
      const isKnown =
        error instanceof Error &&
        (error instanceof StepFailure || error instanceof WhitewaterError || error instanceof RangeError);
      if (isKnown && !this.#signal.aborted) {
        const code = error instanceof WhitewaterError ? `${error.code}: ` : '';
        this.#timeline.add({ verb, what, outcome: `${code}${error.message} (${place})`, ok: false });
      }
      throw error;
    }
  }

  async #wait(waitMs: number): Promise<string> {
    await pause(waitMs, this.#signal);
    return 'waited';
  }

  /** Now, and each with `for`, without a break from now on. */
  async #expect(conditions: readonly Condition[]): Promise<string> {
    const startedMs = performance.now();
    const forMsMax = Math.max(...conditions.map(({ forMs = 0 }) => forMs));
    const seen = new Map<Condition, string>();
    const open = new Set(conditions);
    await this.#stage.network.until(
      async (view) => {
        if (this.#signal.aborted) return true;
        for (const condition of open) {
          const verdict = await judge(condition, this.#stage, view);
          const afterMs = Math.round(performance.now() - startedMs);
          if (!verdict.isTrue)
            throw new StepFailure(forMsMax === 0 ? verdict.seen : `${verdict.seen}, after ${afterMs} ms`);
          seen.set(condition, verdict.seen);
          if (afterMs >= (condition.forMs ?? 0)) open.delete(condition);
        }
        return open.size === 0;
      },
      { withinMs: forMsMax + MARGIN_MS, what: textOf(conditions) },
    );
    return [...seen.values()].join('; ');
  }
}

function textOf(conditions: readonly Condition[]): string {
  return conditions.map(({ text }) => text).join('; ');
}
