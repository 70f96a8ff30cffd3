import type { Measured } from '../support/goals.ts';
import { number as count, occasionPart, spread } from '../support/reportParts.ts';
import { table } from '../support/table.ts';
import type { ConditionResult } from './conditions.ts';
import type { GridCell } from './grid.ts';
import type { IdleResult } from './idle.ts';
import { WAYS } from './LatencyWire.ts';
import type { LatencyResult } from './latency.ts';
import type { RelayBenchResult, RelayFigures } from './result.ts';
import type { ThroughputResult } from './throughput.ts';

/** A report in Markdown that reads on a terminal as well, since its tables are aligned. */
export function report(result: RelayBenchResult): string {
  const parts = [
    occasionPart(result),
    result.throughput === undefined ? undefined : throughputPart(result.throughput),
    result.latency === undefined ? undefined : latencyPart(result.latency),
    result.grid === undefined ? undefined : gridPart(result.grid),
    result.conditions === undefined ? undefined : conditionsPart(result.conditions),
    result.idle === undefined ? undefined : idlePart(result.idle),
    targetsPart(result),
  ];
  return parts.filter((part) => part !== undefined).join('\n\n');
}

/** What would make all figures of a run worthless. */
export function defects({ throughput = [], latency, grid = [], conditions = [] }: RelayFigures): string[] {
  const parts = [...grid, ...conditions];
  const saturated = [...throughput, ...parts.map((part) => part.throughput)];
  const atRate = [...(latency === undefined ? [] : [latency]), ...parts.map((part) => part.latency)];
  const lostUnderLoad = saturated.flatMap(({ relay, forwarder }) => [relay.framesLost, forwarder.framesLost]);
  const lostAtRate = atRate.flatMap(({ ways }) => WAYS.map((way) => ways[way].framesLost));
  const lost = [...lostUnderLoad, ...lostAtRate].reduce((sum, frames) => sum + frames, 0);
  return lost === 0 ? [] : [`${lost} frames were sent and never arrived`];
}

export function goals({ throughput, latency }: RelayFigures): Measured {
  const times = throughput?.[0]?.ratio.median;
  const slower = latency?.ratio.median;
  return {
    ...(times !== undefined && { relayThroughput: { measured: `${times.toFixed(2)} ×`, isMet: times >= 1.5 } }),
    ...(slower !== undefined && { relayLatency: { measured: `${slower.toFixed(2)} ×`, isMet: slower <= 1.1 } }),
  };
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

function gridPart(cells: readonly GridCell[]): string {
  const header = [
    ...['bytes, pairs', 'relay frames/s', 'forwarder', 'ratio', 'relay us/frame', 'forwarder'],
    ...['p50 us: direct', 'forwarder', 'relay', 'p99 us: direct', 'forwarder', 'relay'],
  ];
  const rows = cells.map(({ frameBytes, pairs, throughput: { relay, forwarder, ratio }, latency: { ways } }) => [
    `${count(frameBytes)}, ${pairs}`,
    count(relay.framesPerSecond.median),
    count(forwarder.framesPerSecond.median),
    ratio.median.toFixed(2),
    relay.cpuMicrosPerFrame.toFixed(2),
    forwarder.cpuMicrosPerFrame.toFixed(2),
    ...WAYS.map((way) => count(ways[way].p50Micros.median)),
    ...WAYS.map((way) => count(ways[way].p99Micros.median)),
  ]);
  return [
    `### By the length of frames and the number of pairs`,
    `Throughput with 256 frames outstanding a pair, with 100 pairs 64; CPU time of the forwarding process per frame; latency at 2,000 frames a second ` +
      `over all pairs; medians of the rounds. No frame of Raft's is shorter than 54 bytes; the shortest here have 72.`,
    table(header, rows),
  ].join('\n\n');
}

function conditionsPart(conditions: readonly ConditionResult[]): string {
  const rows = conditions.map(({ condition, throughput: { relay, ratio }, latency }) => [
    condition,
    spread(relay.framesPerSecond, 0),
    spread(ratio, 2),
    relay.cpuMicrosPerFrame.toFixed(2),
    spread(latency.ways.relay.p50Micros, 0),
    spread(latency.ratio, 2),
  ]);
  return [
    `### With faults in force`,
    `10 pairs, 200 bytes: a partition that keeps somebody else away, or ten rules that mean every frame and draw for it. Over: the bare forwarder in the same rounds.`,
    table(['in force', 'frames/s', 'over', 'CPU us/frame', 'p50 us', 'over'], rows),
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

function targetsPart({ throughput, latency, idle }: RelayBenchResult): string | undefined {
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
  if (rows.length === 0) return undefined;
  return [`### Targets`, table(['target', 'goal', 'measured', 'met'], rows)].join('\n\n');
}
