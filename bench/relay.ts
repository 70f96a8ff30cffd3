// npm run bench -- relay [--quick] [--only throughput,latency,grid,conditions,idle] [--write-docs] [--profile DIRECTORY]
//
// What the relay costs: beside a forwarder that does nothing but forward, beside no relay at all, and at rest.
import { measureRelay, plannedSeconds } from './relay/measure.ts';
import { plotRelay } from './relay/plotRelay.ts';
import { defects, goals, report } from './relay/report.ts';
import { PARTS, type RelayPlan } from './relay/result.ts';
import { someOf } from './support/flagValues.ts';
import { FRAME_BYTES_MIN } from './support/frames.ts';
import { program } from './support/program.ts';

const TEN_PAIRS = { pairs: 10, frameBytes: 200 };
const AXES = { frameBytes: [FRAME_BYTES_MIN, 200, 4096], pairs: [1, 10, 100] };

const STANDARD: RelayPlan = {
  parts: PARTS,
  throughput: [
    { ...TEN_PAIRS, windowFrames: 256, rounds: 10, secondsPerRound: 1 },
    { ...TEN_PAIRS, windowFrames: 16, rounds: 5, secondsPerRound: 0.8 },
    { ...TEN_PAIRS, windowFrames: 1, rounds: 5, secondsPerRound: 0.8 },
  ],
  latency: { ...TEN_PAIRS, framesPerSecond: 2000, rounds: 15, secondsPerRound: 0.6 },
  grid: {
    ...{ ...AXES, throughputRounds: 3, throughputSecondsPerRound: 0.8 },
    ...{ latencyRounds: 3, latencySecondsPerRound: 0.6 },
  },
  conditions: {
    throughput: { ...TEN_PAIRS, windowFrames: 256, rounds: 4, secondsPerRound: 0.8 },
    latency: { ...TEN_PAIRS, framesPerSecond: 2000, rounds: 5, secondsPerRound: 0.6 },
  },
  idle: { peers: 3, heartbeatMs: 100, seconds: 15 },
};

const QUICK: RelayPlan = {
  parts: PARTS,
  throughput: [{ ...TEN_PAIRS, windowFrames: 256, rounds: 4, secondsPerRound: 0.6 }],
  latency: { ...TEN_PAIRS, framesPerSecond: 2000, rounds: 4, secondsPerRound: 0.4 },
  grid: {
    ...{ ...AXES, throughputRounds: 1, throughputSecondsPerRound: 0.5 },
    ...{ latencyRounds: 1, latencySecondsPerRound: 0.5 },
  },
  conditions: {
    throughput: { ...TEN_PAIRS, windowFrames: 256, rounds: 2, secondsPerRound: 0.5 },
    latency: { ...TEN_PAIRS, framesPerSecond: 2000, rounds: 2, secondsPerRound: 0.4 },
  },
  idle: { peers: 3, heartbeatMs: 100, seconds: 6 },
};

export const relayBench = program({
  name: 'relay',
  heading: 'Relay',
  says: 'frames a second and added latency, beside a bare forwarder and no relay at all',
  plans: { standard: STANDARD, quick: QUICK },
  flags: { only: { type: 'string', value: 'PARTS', says: `some of ${PARTS.join(',')}`, isPartial: true } },
  adjust: (plan, flags) => ({ ...plan, parts: someOf(flags, 'only', PARTS) }),
  ...{ plannedSeconds, measure: measureRelay, report, goals, defects, plot: plotRelay },
});
