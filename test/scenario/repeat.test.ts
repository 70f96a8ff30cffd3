import t from 'tap';
import { parseScenario } from '../../cli/scenario/readScenario.ts';
import { ScenarioRun } from '../../cli/scenario/ScenarioRun.ts';
import type { Stage } from '../../client/scenario/Stage.ts';
import { Timeline } from '../../cli/scenario/Timeline.ts';

/** Steps that say something touch no cluster. */
const NOWHERE = {} as Stage;

function nested(...times: readonly number[]): string {
  const [first, ...rest] = times;
  if (first === undefined) return '{ say: hi }';
  return `{ repeat: ${first}, steps: [ ${nested(...rest)} ] }`;
}

const scenarioOf = (step: string) => parseScenario(`peers: 1\nsteps: [ ${step} ]`, 's.yaml');

t.test('steps that wait for nothing leave timers their turn, and end when they are to', async (t) => {
  const timeline = new Timeline(undefined);
  const ending = new AbortController();
  const run = new ScenarioRun(NOWHERE, timeline, ending.signal);
  // The first turn that timers get.
  setTimeout(() => ending.abort(), 0);
  await run.perform(scenarioOf(nested(300, 300)));
  const said = timeline.entries.length;
  t.ok(ending.signal.aborted, 'the timer was heard');
  t.ok(said < 90_000, `${said} of 90000 were said`);
  const whole = new Timeline(undefined);
  await new ScenarioRun(NOWHERE, whole, new AbortController().signal).perform(scenarioOf(nested(3, 4)));
  t.equal(whole.entries.length, 12, 'nothing is left out otherwise');
  t.match(whole.entries.at(-1), { verb: 'say', what: 'hi (4 of 4)' });
});

t.test('repeats that come to more than a run can keep are refused, however they are nested', async (t) => {
  const heals = `{ repeat: 1000, steps: [ { do: [ ${'heal, '.repeat(101)} ] } ] }`;
  for (const step of [nested(1000, 101), nested(1000, 1000, 1000), heals]) {
    t.throws(() => scenarioOf(step), {
      ...{ code: 'USAGE', exitCode: 2 },
      message: /^s\.yaml:2:8: steps: the steps do \d+ things, with those that repeat; at most 100000 is legal$/,
    });
  }
  t.equal(scenarioOf(nested(1000, 100)).steps.length, 1);
});
