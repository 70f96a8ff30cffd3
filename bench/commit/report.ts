import { number, occasionPart, spread, targetsPart, type TargetRow } from '../support/reportParts.ts';
import { table } from '../support/table.ts';
import type { CommitBenchResult, CommitFigures } from './result.ts';
import { goals, rivalsPart, sourceWords } from './rivalReport.ts';

export { goals };

/** With an election in a level its figures are of something else. */
export function defects({ levels }: CommitFigures): string[] {
  const elections = levels.reduce((sum, level) => sum + level.elections, 0);
  return elections === 0 ? [] : [`${elections} elections while it was measured`];
}

/** A report in Markdown that reads on a terminal as well, since its tables are aligned. */
export function report(result: CommitBenchResult): string {
  const { plan, levels } = result;
  const header = [
    'asked by',
    'outstanding',
    'a second',
    'median ms',
    'p99 ms',
    'max ms',
    'leader us',
    'follower us',
    'relay us',
    'client us',
    'commits/write',
    'commits/frame',
    'elections',
  ];
  const rows = levels.map((level) => [
    `${level.what}s, ${sourceWords(level.source)}`,
    number(level.outstanding),
    spread(level.commitsPerSecond, 0),
    spread(level.medianMs, 2),
    spread(level.p99Ms, 2),
    number(level.maxMs, 1),
    number(level.leaderMicros, 1),
    number(level.followerMicros, 1),
    number(level.relayMicros, 1),
    level.source === 'leader' ? '' : number(level.clientMicros, 1),
    level.what === 'put' ? number(level.commitsPerWrite, 1) : '',
    level.what === 'put' ? number(level.commitsPerFrame, 1) : '',
    number(level.elections),
  ]);
  return [
    occasionPart(result),
    `${plan.peers} peers with stores on disk, every write synced, a relay and two clients, each a process of its own. Puts of ${plan.valueBytes} bytes come ` +
      `from one client or both, over the relay and within a session, so exactly once; then, to compare, from the leader's own process and without a ` +
      `session. Reads are linearizable, and come from one client. ` +
      `Median (least - most) of ${plan.rounds} rounds of ${plan.secondsPerRound} s. In microseconds: CPU time per commit or read, a follower's on average; ` +
      `the load's own is in that of the first client, or else of the leader.`,
    table(header, rows),
    rivalsPart(result),
    targetsPart(targets(result)),
  ]
    .filter((part) => part !== undefined)
    .join('\n\n');
}

function targets({ levels }: CommitBenchResult): TargetRow[] {
  const rows: TargetRow[] = [];
  const ofClient = levels.filter(({ what, source }) => what === 'put' && source === 'client');
  const many = ofClient.find(({ outstanding }) => outstanding === 256);
  if (many !== undefined) {
    const { median } = many.commitsPerSecond;
    const what = 'commits/s at 256 outstanding, with one client process';
    rows.push({ what, goal: 'at least 20,000', measured: number(median), isMet: median >= 20_000 });
  }
  const one = ofClient.find(({ outstanding }) => outstanding === 1);
  if (one !== undefined) {
    const { median } = one.medianMs;
    const what = 'median of one put after the other, of one client';
    rows.push({ what, goal: 'under 1.5 ms', measured: `${number(median, 2)} ms`, isMet: median < 1.5 });
  }
  return rows;
}
