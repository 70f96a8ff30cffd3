import t from 'tap';
import { goals, isBelow, plotFailover } from '../../bench/failover/report.ts';
import type { LineResult } from '../../bench/failover/result.ts';
import { electionsBetween, unledClusters } from '../../bench/scale/Hosts.ts';
import { PAPER_FIGURE_16 } from '../../sim/figures/paperFigure16.ts';

function line(at: number, setup: LineResult['setup'], factor: number): LineResult {
  const { timeoutMsMin, timeoutMsMax, percentilesMs } = PAPER_FIGURE_16[at] ?? {
    timeoutMsMin: 0,
    timeoutMsMax: 0,
    percentilesMs: [],
  };
  const timesMs = percentilesMs.map((ms) => ms * factor);
  return {
    setup,
    timeoutMsMin,
    timeoutMsMax,
    timesMs,
    end: 'kill',
    cutShort: 0,
    discarded: 0,
    commitMs: 1,
    trouble: null,
  };
}

t.test('a line is below the paper if it is at each of three percentiles', (t) => {
  t.ok(isBelow(line(5, 'plain', 0.9)));
  t.notOk(isBelow(line(5, 'plain', 1.1)));
  const tail = line(5, 'plain', 0.5);
  t.notOk(isBelow({ ...tail, timesMs: [...tail.timesMs.slice(0, -2), 60_000, 60_000] }), 'the tail counts');
  t.notOk(isBelow({ ...tail, timesMs: [] }), 'one that could not be measured is not below');
  t.end();
});

t.test('all ten lines are asked for, and the mean in both setups', (t) => {
  const all = PAPER_FIGURE_16.flatMap((_, at) => [line(at, 'paper', 0.9), line(at, 'plain', 0.9)]);
  t.match(goals({ lines: all }), {
    failoverPaper: { measured: '10 of 10', isMet: true },
    failoverMean: { isMet: true },
  });
  t.match(goals({ lines: all.slice(2) }), { failoverPaper: { measured: '9 of 9', isMet: false } });
  t.strictSame(goals({ lines: [] }), {});
  t.match(plotFailover({ lines: all })?.svg, /<svg/);
  t.end();
});

t.test('elections are counted by the newest term of each cluster', (t) => {
  const status = (cluster: string, term: number, leader: string | null = 'p1') => ({ cluster, id: 'p1', term, leader });
  t.equal(electionsBetween([status('a', 1), status('b', 3)], [status('a', 1), status('b', 3)]), 0);
  t.equal(electionsBetween([status('a', 1), status('b', 3)], [status('a', 3), status('a', 2), status('b', 4)]), 3);
  t.strictSame(unledClusters([status('a', 1), status('a', 2), status('b', 1), status('c', 1, null)]), ['a', 'c']);
  t.end();
});
