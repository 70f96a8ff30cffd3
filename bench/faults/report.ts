import type { BenchResult } from '../support/BenchResult.ts';
import { mebibytes, number, occasionPart, spread, targetsPart } from '../support/reportParts.ts';
import { table } from '../support/table.ts';
import type { LatenessFigures } from './delay.ts';
import type { FaultsMeasured, FaultsPlan } from './measure.ts';

const HELD_BOUND_BYTES = 100 * 2 ** 20;

/** A report in Markdown that reads on a terminal as well, since its tables are aligned. */
export function report(result: BenchResult<FaultsPlan> & { readonly measured: FaultsMeasured }): string {
  const { plan, measured } = result;
  const { pairs, frameBytes, windowFrames } = plan.throughput;
  return [
    occasionPart(result),
    `${pairs} pairs of endpoints, frames of ${frameBytes} bytes; throughput with ${windowFrames} outstanding a pair, latency at ` +
      `${number(plan.latency.framesPerSecond)} frames a second. With rules: a partition, and ten rules that mean every frame and draw for it. Beside a ` +
      `forwarder that only forwards, in turns within the run; median (least - most) of the rounds. Latency is that of ` +
      `${number(plan.latency.processes)} relays and forwarders started afresh, ${number(plan.latency.rounds)} rounds each.`,
    throughputTable(measured),
    latencyTable(measured),
    `Every frame delayed by ${plan.delay.delayMs} ms, and the same without a delay in turns with it, ` +
      `${number(measured.delay.delayed.framesPerSecond)} a second over ${plan.delay.pairs} links: how much later than they should they came, from ` +
      `before \`send\` to the receiver's handler. What the machine makes late stands in both.`,
    table(
      ['delay', 'earliest ms', 'p50 ms', 'p99 ms', 'lost'],
      [latenessRow('none', measured.delay.undelayed), latenessRow(`${plan.delay.delayMs} ms`, measured.delay.delayed)],
    ),
    `${number(measured.held.framesHeld)} frames of ${plan.held.frameBytes} bytes held on one link took ` +
      `${mebibytes(heldBytes(measured), 1)} MiB of resident memory beyond what the relay had after as many had passed, garbage apart; their release took ` +
      `${number(measured.held.releaseMs)} ms until the last had come.`,
    targets(measured),
  ].join('\n\n');
}

function latenessRow(name: string, { earliestMs, p50Ms, p99Ms, framesLost }: LatenessFigures): string[] {
  return [name, number(earliestMs, 3), spread(p50Ms, 2), spread(p99Ms, 2), number(framesLost)];
}

function throughputTable({ throughput }: FaultsMeasured): string {
  const rows = Object.entries({ 'no rule': throughput.none, 'partition, ten rules': throughput.tenRules }).map(
    ([name, { relay, forwarder, ratio }]) => [
      name,
      spread(relay.framesPerSecond, 0),
      spread(forwarder.framesPerSecond, 0),
      spread(ratio, 2),
      number(relay.cpuMicrosPerFrame, 2),
      number(relay.framesLost),
    ],
  );
  return table(['throughput', 'relay, frames/s', 'bare forwarder', 'ratio', 'CPU us/frame', 'lost'], rows);
}

function latencyTable({ latency }: FaultsMeasured): string {
  const rows = Object.entries({ 'no rule': latency.none, 'partition, ten rules': latency.tenRules }).map(
    ([name, { ways, ratio }]) => [
      name,
      spread(ways.relay.p50Micros, 0),
      spread(ways.forwarder.p50Micros, 0),
      spread(ratio, 2),
      spread(ways.relay.p99Micros, 0),
      number(ways.relay.framesLost),
    ],
  );
  return table(['one-way latency', 'relay, p50 us', 'bare forwarder', 'ratio', 'relay, p99 us', 'lost'], rows);
}

function heldBytes({ held }: FaultsMeasured): number {
  return held.heldBytes - held.beforeBytes;
}

function targets(measured: FaultsMeasured): string {
  const { throughput, latency, delay } = measured;
  const ratio = (what: string, goal: number, value: number, isMet: boolean, word: string) => ({
    ...{ what, goal: `${word} ${goal}`, measured: number(value, 2), isMet },
  });
  const none = throughput.none.ratio.median;
  const tenRules = throughput.tenRules.ratio.median;
  const latencyRatio = latency.tenRules.ratio.median;
  return targetsPart([
    ratio('throughput without a rule, over the bare forwarder', 1.5, none, none >= 1.5, 'at least'),
    ratio('throughput with a partition and ten rules', 0.8, tenRules, tenRules >= 0.8, 'at least'),
    ratio('median latency with a partition and ten rules', 1.1, latencyRatio, latencyRatio <= 1.1, 'at most'),
    {
      ...{ what: 'delays, 99th percentile over that without a delay', goal: 'within 2 ms' },
      ...{ measured: `${number(delay.addedP99Ms.median, 2)} ms`, isMet: delay.addedP99Ms.median <= 2 },
    },
    {
      ...{ what: 'none before its time', goal: 'at least 0', measured: `${number(delay.delayed.earliestMs, 3)} ms` },
      isMet: delay.delayed.earliestMs >= 0,
    },
    {
      ...{ what: `${number(measured.held.framesHeld)} frames held`, goal: 'under 100 MiB' },
      ...{ measured: `${mebibytes(heldBytes(measured), 1)} MiB`, isMet: heldBytes(measured) < HELD_BOUND_BYTES },
    },
  ]);
}
