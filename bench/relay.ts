// npm run bench:relay [-- --quick] [-- --only throughput,latency,idle] [-- --write-docs] [-- --profile DIRECTORY]
//
// What the relay costs: beside a forwarder that does nothing but forward, beside no relay at all, and at rest.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { measureIdle, plannedSeconds as idleSeconds, type IdlePlan } from './relay/idle.ts';
import { measureLatency, plannedSeconds as latencySeconds, type LatencyPlan } from './relay/latency.ts';
import { defects, report } from './relay/report.ts';
import type { RelayBenchResult } from './relay/result.ts';
import { measureThroughput, plannedSeconds as throughputSeconds, type ThroughputPlan } from './relay/throughput.ts';
import { Child } from './support/Child.ts';
import { writeSection } from './support/document.ts';
import { busyShare, describeMachine } from './support/machine.ts';
import { RESULTS, ROOT } from './support/paths.ts';
import { Progress } from './support/Progress.ts';
import type { Target } from './support/Target.ts';

const PARTS = ['throughput', 'latency', 'idle'] as const;
type Part = (typeof PARTS)[number];

interface Plan {
  readonly throughput: readonly ThroughputPlan[];
  readonly latency: LatencyPlan;
  readonly idle: IdlePlan;
}

const TEN_PAIRS = { pairs: 10, frameBytes: 200 };
const PLANS: Record<RelayBenchResult['mode'], Plan> = {
  full: {
    throughput: [
      { ...TEN_PAIRS, windowFrames: 256, rounds: 10, secondsPerRound: 1 },
      { ...TEN_PAIRS, windowFrames: 16, rounds: 5, secondsPerRound: 0.8 },
      { ...TEN_PAIRS, windowFrames: 1, rounds: 5, secondsPerRound: 0.8 },
    ],
    latency: { ...TEN_PAIRS, framesPerSecond: 2000, rounds: 15, secondsPerRound: 0.6 },
    idle: { peers: 3, heartbeatMs: 100, seconds: 15 },
  },
  quick: {
    throughput: [{ ...TEN_PAIRS, windowFrames: 256, rounds: 4, secondsPerRound: 0.6 }],
    latency: { ...TEN_PAIRS, framesPerSecond: 2000, rounds: 4, secondsPerRound: 0.4 },
    idle: { peers: 3, heartbeatMs: 100, seconds: 6 },
  },
};

interface Options {
  readonly mode: RelayBenchResult['mode'];
  readonly parts: ReadonlySet<Part>;
  readonly writeDocs: boolean;
  /** Where the relay leaves a CPU profile, if anywhere. */
  readonly profileDirectory: string | undefined;
}

function readOptions(): Options {
  const { values } = parseArgs({
    options: {
      quick: { type: 'boolean', default: false },
      only: { type: 'string', default: PARTS.join(',') },
      'write-docs': { type: 'boolean', default: false },
      profile: { type: 'string' },
    },
  });
  const parts = values.only.split(',').map((name) => {
    const part = PARTS.find((known) => known === name);
    if (part === undefined) throw new Error(`--only knows ${PARTS.join(', ')}, not ${JSON.stringify(name)}`);
    return part;
  });
  if (values['write-docs'] && (values.quick || parts.length < PARTS.length)) {
    throw new Error('--write-docs needs all of a full run: leave --quick and --only out');
  }
  return {
    mode: values.quick ? 'quick' : 'full',
    parts: new Set(parts),
    writeDocs: values['write-docs'],
    profileDirectory: values.profile === undefined ? undefined : resolve(values.profile),
  };
}

async function run({ mode, parts, profileDirectory }: Options): Promise<RelayBenchResult> {
  const machine = describeMachine();
  const busyBefore = await busyShare();
  const startedAt = new Date();
  const plan = PLANS[mode];
  const progress = new Progress(secondsOf(plan, parts));
  const profile = profileDirectory === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profileDirectory}`];
  const children: Child[] = [];
  const start = async (name: Target['name'], execArgv: readonly string[]): Promise<Target> => {
    const child = await Child.start(new URL(`./support/${name}Process.js`, import.meta.url), { execArgv });
    children.push(child);
    return { name, child };
  };
  try {
    const relay = await start('relay', profile);
    const forwarder = await start('forwarder', []);
    const throughput = [];
    for (const each of parts.has('throughput') ? plan.throughput : []) {
      throughput.push(await measureThroughput(relay, forwarder, each, progress));
    }
    const latency = parts.has('latency') ? await measureLatency(relay, forwarder, plan.latency, progress) : undefined;
    const idle = parts.has('idle') ? await measureIdle(plan.idle, progress) : undefined;
    const otherWork = { before: busyBefore, after: await busyShare() };
    return {
      ...{ bench: 'relay', startedAt: startedAt.toISOString(), mode, machine, otherWork },
      tookSeconds: (Date.now() - startedAt.getTime()) / 1000,
      ...(throughput.length > 0 && { throughput }),
      ...(latency !== undefined && { latency }),
      ...(idle !== undefined && { idle }),
    };
  } finally {
    progress.end();
    await Promise.all(children.map((child) => child.stop()));
  }
}

function secondsOf(plan: Plan, parts: ReadonlySet<Part>): number {
  const throughput = plan.throughput.reduce((sum, each) => sum + throughputSeconds(each), 0);
  const seconds: Record<Part, number> = {
    throughput,
    latency: latencySeconds(plan.latency),
    idle: idleSeconds(plan.idle),
  };
  return [...parts].reduce((sum, part) => sum + seconds[part], 0);
}

async function main(): Promise<void> {
  const options = readOptions();
  const result = await run(options);
  const text = report(result);
  console.log(text);
  const path = join(RESULTS, 'relay.json');
  mkdirSync(RESULTS, { recursive: true });
  writeFileSync(path, `${JSON.stringify(result, undefined, 2)}\n`);
  console.log(`\nwritten: ${relative(ROOT, path)}`);
  if (options.writeDocs) {
    await writeSection('relay', `## Relay: \`npm run bench:relay\`\n\n${text}`);
    console.log('written: docs/BENCHMARKS.md');
  }
  for (const defect of defects(result)) {
    console.error(`the run is worthless: ${defect}`);
    process.exitCode = 1;
  }
}

await main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
