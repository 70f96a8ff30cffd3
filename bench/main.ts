// npm run bench [-- NAME] [-- FLAGS]
//
// One bench, or all of them in their short form, one after the other, with the goals and what was measured at the end.
import { BENCHES } from './benches.ts';
import { overview, type Outcomes } from './overview.ts';
import { writeOverview } from './support/document.ts';
import { COMMON_FLAGS, type Flag, type Outcome, type Program } from './support/program.ts';

const [name, ...words] = process.argv.slice(2);
const WRITE = '--write-docs';

try {
  if (name === '--help' || name === '-h') help();
  else if (name === 'overview') await tellOverview(keptOutcomes(), words.includes(WRITE));
  else if (name === undefined || name.startsWith('-')) await runAll(['--quick'], process.argv.slice(2));
  else if (name === 'all') await runAll(words.includes(WRITE) ? [WRITE] : [], words);
  else await runOne(find(name), words);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}

async function runOne(bench: Program, flags: readonly string[]): Promise<void> {
  if (flags.includes('--help')) {
    help(bench);
    return;
  }
  const { defects } = await bench.run(flags);
  if (defects.length > 0) process.exitCode = 1;
}

/** One that fails does not keep the others from running; it is told at the end as well. */
async function runAll(flagsOfEach: readonly string[], given: readonly string[]): Promise<void> {
  const unknown = given.find((word) => word !== WRITE && word !== '--peers');
  if (unknown !== undefined) throw new Error(`all benches together know --peers and ${WRITE}, not ${unknown}`);
  const beganMs = performance.now();
  const failed: string[] = [];
  const outcomes: Record<string, Outcome> = {};
  for (const bench of BENCHES) {
    console.log(`\n## ${bench.name}\n`);
    const own = given.includes('--peers') && 'peers' in bench.flags ? ['--peers'] : [];
    try {
      const outcome = (outcomes[bench.name] = await bench.run([...flagsOfEach, ...own]));
      failed.push(...outcome.defects.map((defect) => `${bench.name}: ${defect}`));
    } catch (error) {
      failed.push(`${bench.name}: ${error instanceof Error ? error.message : String(error)}`);
      console.error(failed.at(-1));
    }
  }
  console.log('\n## Overview\n');
  await tellOverview(outcomes, given.includes(WRITE));
  const seconds = Object.entries(outcomes).map(([bench, { tookSeconds }]) => `${bench} ${Math.round(tookSeconds)} s`);
  console.log(`\nIt took ${((performance.now() - beganMs) / 60_000).toFixed(1)} min: ${seconds.join(', ')}.`);
  for (const one of failed) console.error(`failed: ${one}`);
  if (failed.length > 0) process.exitCode = 1;
}

function keptOutcomes(): Outcomes {
  return Object.fromEntries(BENCHES.map((bench) => [bench.name, bench.kept()]));
}

async function tellOverview(outcomes: Outcomes, isWritten: boolean): Promise<void> {
  const text = overview(outcomes);
  console.log(text);
  if (!isWritten) return;
  await writeOverview(`## Goals: \`npm run bench\`\n\n${text}`);
  console.log('\nwritten: docs/BENCHMARKS.md');
}

function find(wanted: string): Program {
  const bench = BENCHES.find((each) => each.name === wanted);
  if (bench !== undefined) return bench;
  const names = [...BENCHES.map((each) => each.name), 'all', 'overview'].join(', ');
  throw new Error(`there is no bench ${JSON.stringify(wanted)}: there are ${names}; see npm run bench -- --help`);
}

function help(bench?: Program): void {
  const line = (left: string, right: string): string => `  ${left.padEnd(22)} ${right}`;
  const flagLines = (flags: Readonly<Record<string, Flag>>): string[] =>
    Object.entries(flags).map(([flag, { value, says }]) =>
      line(`--${flag}${value === undefined ? '' : ` ${value}`}`, says),
    );
  const benches = [
    ...['npm run bench                 all in their short form, and the goals at the end'],
    ...['npm run bench -- NAME FLAGS   one of these', ''],
    ...BENCHES.map(({ name: each, says }) => line(each, says)),
    line('all', 'all of them, not in their short form'),
    line('overview', 'the goals, by the results that were kept'),
  ];
  const own = bench === undefined ? [] : [`${bench.name}: ${bench.says}`, '', ...flagLines(bench.flags)];
  console.log([...(bench === undefined ? benches : own), '', 'Flags of all:', ...flagLines(COMMON_FLAGS)].join('\n'));
}
