import { machineLine } from '../support/machine.ts';
import type { Spread } from '../support/statistics.ts';
import { table } from '../support/table.ts';
import type { IdleResult } from './idle.ts';
import { WAYS } from './LatencyWire.ts';
import type { LatencyResult } from './latency.ts';
import type { RelayBenchResult } from './result.ts';
import type { ThroughputResult } from './throughput.ts';

/** With more other work than this, figures say as much about it as about the relay. */
const BUSY_FROM = 0.1;

/** A report in Markdown that reads on a terminal as well, since its tables are aligned. */
export function report(result: RelayBenchResult): string {
  const parts = [
    `Measured ${result.startedAt.slice(0, 10)} in ${Math.round(result.tookSeconds)} s (${result.mode}) on: ${machineLine(result.machine)}.`,
    otherWorkPart(result.otherWork),
    result.throughput === undefined ? undefined : throughputPart(result.throughput),
    result.latency === undefined ? undefined : latencyPart(result.latency),
    result.idle === undefined ? undefined : idlePart(result.idle),
    targetsPart(result),
  ];
  return parts.filter((part) => part !== undefined).join('\n\n');
}

/** What would make all figures of a run worthless. */
export function defects({ throughput = [], latency }: RelayBenchResult): string[] {
  const lostUnderLoad = throughput.flatMap(({ relay, forwarder }) => [relay.framesLost, forwarder.framesLost]);
  const lostAtRate = latency === undefined ? [] : WAYS.map((way) => latency.ways[way].framesLost);
  const lost = [...lostUnderLoad, ...lostAtRate].reduce((sum, count) => sum + count, 0);
  return lost === 0 ? [] : [`${lost} frames were sent and never arrived`];
}

function otherWorkPart({ before, after }: RelayBenchResult['otherWork']): string {
  const percent = (share: number) => `${Math.round(share * 100)} %`;
  const told = `Other work had ${percent(before)} of the machine just before the run, and ${percent(after)} just after it.`;
  if (Math.max(before, after) < BUSY_FROM) return told;
  return `${told} **It was not at rest**: rates are lower and latencies higher than they would be, and only what is compared within the run means much.`;
}

function throughputPart(results: readonly ThroughputResult[]): string {
  const plan = results[0]?.plan;
  if (plan === undefined) return '';
  const rows = results.flatMap(({ plan: { windowFrames }, relay, forwarder, ratio }) =>
    [
      { name: 'relay', figures: relay, over: spread(ratio, 2) },
      { name: 'bare forwarder', figures: forwarder, over: '' },
    ].map(({ name, figures, over }) => [
      `${name}, ${windowFrames} outstanding`,
      spread(figures.framesPerSecond, 0),
      over,
      figures.cpuMicrosPerFrame.toFixed(2),
      figures.coreShare.toFixed(2),
      figures.loadCoreShare.toFixed(2),
      count(figures.framesLost),
    ]),
  );
  const header = ['throughput', 'frames/s', 'ratio', 'CPU us/frame', 'its cores', 'cores of load', 'lost'];
  const { pairs, frameBytes, rounds, secondsPerRound } = plan;
  return [
    `### Throughput`,
    `${pairs} pairs of endpoints, frames of ${frameBytes} bytes one way, each pair with a bounded number outstanding; ` +
      `median (least - most) of ${rounds} rounds of ${secondsPerRound} s each, in turns. Every byte that arrived was compared with what was sent.`,
    table(header, rows),
  ].join('\n\n');
}

function latencyPart({ plan, ways, ratio }: LatencyResult): string {
  const direct = ways.direct;
  const rows = WAYS.map((way) => {
    const { p50Micros, p99Micros, framesLost } = ways[way];
    const isDirect = way === 'direct';
    return [
      { direct: 'direct connection', forwarder: 'bare forwarder', relay: 'relay' }[way],
      spread(p50Micros, 0),
      spread(p99Micros, 0),
      isDirect ? '' : (p50Micros.median - direct.p50Micros.median).toFixed(0),
      isDirect ? '' : (p99Micros.median - direct.p99Micros.median).toFixed(0),
      way === 'relay' ? spread(ratio, 2) : '',
      count(framesLost),
    ];
  });
  const header = ['one-way latency', 'p50 us', 'p99 us', 'added p50', 'added p99', 'p50 ratio', 'lost'];
  return [
    `### Latency`,
    `${count(plan.framesPerSecond)} frames of ${plan.frameBytes} bytes a second over ${plan.pairs} pairs, evenly spaced; sender and receiver in one process, ` +
      `both of the \`ws\` library; median (least - most) of ${plan.rounds} rounds of ${plan.secondsPerRound} s each, in turns. Added: over the direct connection.`,
    table(header, rows),
  ].join('\n\n');
}

function idlePart(idle: IdleResult): string {
  const header = [
    'idle cluster',
    'frames/s in',
    'frames/s out',
    'relay, % of a core',
    'peer, % of a core',
    'elections',
  ];
  const row = [
    `${idle.plan.peers} peers, ${idle.plan.heartbeatMs} ms`,
    idle.framesPerSecondIn.toFixed(1),
    idle.framesPerSecondOut.toFixed(1),
    (idle.relayCoreShare * 100).toFixed(2),
    (idle.peerCoreShare * 100).toFixed(2),
    count(idle.elections),
  ];
  return [
    `### Idle cost`,
    `A relay and ${idle.plan.peers} peers as processes of their own, watched for ${idle.plan.seconds} s after a leader was there. Control frames are counted in both directions, whichever way they went.`,
    table(header, [row]),
  ].join('\n\n');
}

function targetsPart({ throughput, latency, idle }: RelayBenchResult): string {
  const rows: string[][] = [];
  const add = (what: string, goal: string, measured: string, isMet: boolean) =>
    rows.push([what, goal, measured, isMet ? 'yes' : 'no']);
  const saturated = throughput?.[0];
  if (saturated !== undefined) {
    const { median } = saturated.ratio;
    add('throughput, relay over bare forwarder', 'at least 1.5', median.toFixed(2), median >= 1.5);
  }
  if (latency !== undefined) {
    const { median } = latency.ratio;
    add('median latency, relay over bare forwarder', 'at most 1.1', median.toFixed(2), median <= 1.1);
  }
  if (idle !== undefined) {
    const most = Math.max(idle.framesPerSecondIn, idle.framesPerSecondOut);
    add('idle cluster of 3, frames/s in a direction', 'at most 60', most.toFixed(1), most <= 60);
    add(
      'idle cluster of 3, the relay on a core',
      'under 3 %',
      `${(idle.relayCoreShare * 100).toFixed(2)} %`,
      idle.relayCoreShare < 0.03,
    );
  }
  return [`### Targets`, table(['target', 'goal', 'measured', 'met'], rows)].join('\n\n');
}

function spread({ median, min, max }: Spread, digits: number): string {
  const text = (value: number) => (digits === 0 ? count(Math.round(value)) : value.toFixed(digits));
  return `${text(median)} (${text(min)} - ${text(max)})`;
}

function count(value: number): string {
  return value.toLocaleString('en-US');
}
