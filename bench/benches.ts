import { commitBench } from './commit.ts';
import { coreBench } from './core.ts';
import { failoverBench } from './failover.ts';
import { faultsBench } from './faults.ts';
import { figure16Bench } from './figure16.ts';
import { flappingBench } from './flapping.ts';
import { pageBench } from './page.ts';
import { relayBench } from './relay.ts';
import { scaleBench } from './scale.ts';
import { simBench } from './sim.ts';
import { snapshotBench } from './snapshot.ts';
import { startBench } from './start.ts';
import type { Program } from './support/program.ts';

/** All benches, in the order in which they run one after the other. */
export const BENCHES: readonly Program[] = [
  relayBench,
  faultsBench,
  failoverBench,
  commitBench,
  scaleBench,
  startBench,
  snapshotBench,
  coreBench,
  simBench,
  figure16Bench,
  flappingBench,
  pageBench,
];
