import t from 'tap';
import { plotElections } from '../../bench/support/electionPlot.ts';
import { logarithmicAxis, PERCENT, plot, type Axis } from '../../bench/support/plot.ts';
import { PAPER_FIGURE_16 } from '../../sim/figures/paperFigure16.ts';

const LINEAR: Axis = { min: 0, max: 10, isLogarithmic: false, ticks: [0, 5, 10], text: String };

function pointsOf(svg: string): string[] {
  return [...svg.matchAll(/<polyline points="([^"]*)"/g)].map((match) => match[1] ?? '');
}

t.test('points lie where their axes say, and what is beyond an axis at its end', (t) => {
  const points = [
    [0, 0],
    [5, 50],
    [10, 100],
    [20, -7],
  ] as const;
  const series = { name: 'one', colour: '#000000', as: 'line', points } as const;
  const [drawn = ''] = pointsOf(plot('title', [{ title: 'a', note: 'b', x: LINEAR, y: PERCENT, series: [series] }]));
  t.strictSame(drawn.split(' '), ['0.0,240.0', '310.0,120.0', '620.0,0.0', '620.0,240.0']);
  t.end();
});

t.test('a logarithmic axis has equal distances for equal factors', (t) => {
  const axis: Axis = { ...LINEAR, min: 1, max: 100, isLogarithmic: true };
  const points = [
    [1, 0],
    [10, 0],
    [100, 0],
  ] as const;
  const series = { name: 'one', colour: '#000000', as: 'line', points } as const;
  const [drawn = ''] = pointsOf(plot('title', [{ title: 'a', note: 'b', x: axis, y: PERCENT, series: [series] }]));
  t.strictSame(
    drawn.split(' ').map((point) => point.split(',')[0]),
    ['0.0', '310.0', '620.0'],
  );
  t.end();
});

t.test('an axis around values holds them all and has marks inside', (t) => {
  for (const values of [[3], [1, 1_000_000], [0.02, 7], [72, 200, 4096], [256, 256]]) {
    const { min, max, ticks } = logarithmicAxis(values, String);
    t.ok(
      min <= Math.min(...values) && max >= Math.max(...values) && min < max,
      `${values.join(', ')} in ${min} to ${max}`,
    );
    t.ok(ticks.length > 0 && ticks.every((tick) => tick >= min && tick <= max), `marks ${ticks.join(', ')}`);
  }
  t.end();
});

t.test('what is written in a plot cannot break it', (t) => {
  const svg = plot('a < b & c', [{ title: '<x>', note: '&', x: LINEAR, y: PERCENT, series: [] }]);
  t.match(svg, '<title>a &lt; b &amp; c</title>');
  t.notMatch(svg, '<x>');
  t.end();
});

t.test("elections are drawn over the paper's points, and a line without trials has only those", (t) => {
  const lines = PAPER_FIGURE_16.map((paper, at) => ({ paper, timesMs: at === 0 ? [] : [100, 200, 300] }));
  const svg = plotElections('title', 'measured', [{ title: '', lines }]);
  // 150 to 300 ms is in both halves.
  t.equal(pointsOf(svg).length, lines.length + 1);
  t.equal(pointsOf(svg).filter((points) => points === '').length, 1);
  const circles = svg.split('<circle').length - 1;
  t.equal(
    circles,
    [...PAPER_FIGURE_16, ...PAPER_FIGURE_16.filter(({ timeoutMsMax }) => timeoutMsMax === 300)].reduce(
      (sum, { percentilesMs }) => sum + percentilesMs.length,
      0,
    ),
  );
  t.end();
});
