// Counts what steps of the core allocate: how far the heap has grown over each one, in a heap that is collected in between only.
import { getHeapStatistics } from 'node:v8';
import type { Effect } from '../../peer/raft/effect.ts';
import type { Input } from '../../peer/raft/input.ts';
import { serveBench } from '../support/childProtocol.ts';
import { percentileOf } from '../support/statistics.ts';
import { allSteps, nameOf, type StepMeter } from './measureSteps.ts';

/** Of each kind, at a time: what they allocate together stays far below the young generation. */
const STEPS = 5_000;
/** Steps are compiled first: what is interpreted allocates more. */
const WARM_UPS = 4;
const LOOKS = 1_000;

class AllocationMeter implements StepMeter {
  who = '';
  readonly #grown = new Map<string, number[]>();
  readonly #overheadBytes: number;

  constructor() {
    const looks = Array.from({ length: LOOKS }, () => -(usedBytes() - usedBytes()));
    this.#overheadBytes = percentileOf(looks, 50);
  }

  measure(input: Input, step: () => Effect[]): Effect[] {
    const before = usedBytes();
    const effects = step();
    const bytes = usedBytes() - before - this.#overheadBytes;
    const name = `${this.who}: ${nameOf(input)}`;
    const grown = this.#grown.get(name) ?? [];
    this.#grown.set(name, grown);
    // The heap shrinks only when it is collected.
    if (bytes >= 0) grown.push(bytes);
    return effects;
  }

  /** On average: now and then a step makes an array or a map larger. */
  bytes(): Record<string, number> {
    const means = [...this.#grown].map(([name, all]) => [name, all.reduce((sum, each) => sum + each, 0) / all.length]);
    return Object.fromEntries(means) as Record<string, number>;
  }
}

function usedBytes(): number {
  return getHeapStatistics().used_heap_size;
}

async function count(): Promise<Record<string, number>> {
  for (let round = 0; round < WARM_UPS; round += 1) {
    allSteps(new AllocationMeter(), STEPS);
    globalThis.gc?.();
  }
  const meter = new AllocationMeter();
  allSteps(meter, STEPS);
  return meter.bytes();
}

await serveBench(
  async () => 0,
  async () => undefined,
  count,
);
