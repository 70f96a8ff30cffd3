// npm run bench -- core [--quick] [--write-docs]
//
// What the core's steps cost and allocate, with nothing around it, and what memory an idle peer takes.
import { measureAllocations } from './core/measureAllocations.ts';
import { measureIdlePeers } from './core/measureIdlePeers.ts';
import { measureSteps } from './core/measureSteps.ts';
import { report } from './core/report.ts';
import type { CorePlan } from './core/result.ts';
import { program } from './support/program.ts';

const stepsSeconds = ({ steps }: CorePlan): number => steps.rounds + 4;
const idleSeconds = ({ idle }: CorePlan): number => idle.seconds + 5;

export const coreBench = program({
  name: 'core',
  heading: 'Core',
  says: "what the algorithm's steps cost, and the memory of an idle peer",
  plans: {
    standard: { steps: { rounds: 7, appends: 1_000_000, others: 200_000 }, idle: { clusters: 10, seconds: 5 } },
    quick: { steps: { rounds: 3, appends: 500_000, others: 100_000 }, idle: { clusters: 5, seconds: 2 } },
  },
  plannedSeconds: (plan) => stepsSeconds(plan) + idleSeconds(plan),
  report,
  measure: async (plan, progress) => {
    progress.step('steps', `${plan.steps.rounds} rounds`, stepsSeconds(plan));
    const steps = measureSteps(plan.steps);
    progress.step('allocations', 'of each kind of step', 3);
    const allocatedBytes = await measureAllocations();
    progress.step('idle peers', `${plan.idle.clusters} clusters`, idleSeconds(plan));
    return { steps, allocatedBytes, idlePeers: await measureIdlePeers(plan.idle) };
  },
});
