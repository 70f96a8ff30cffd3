import { colourOf, logarithmicAxis, plot, type Panel, type Series } from '../support/plot.ts';
import type { Plot } from '../support/program.ts';
import { number } from '../support/reportParts.ts';
import { RIVALS } from '../rivals/rival.ts';
import { nameOf } from './rivalReport.ts';
import type { CommitFigures } from './result.ts';

/** In the order of their colours, which are the same in both panels. */
const OURS = { client: 'Whitewater', leader: 'its leader' } as const;
const NAMES: readonly string[] = [
  ...Object.values(OURS),
  ...RIVALS.map(nameOf).filter((name) => name !== 'liferaft'),
  'liferaft, leader',
  'antietcd, leader',
];
const SAYS = 'Puts and linearizable reads a second by the number outstanding, of Whitewater and of others';

/** What one client process gets, and of those that have no clients, what the leader's own process gets. */
export function plotCommits(figures: CommitFigures): Plot | undefined {
  const panels = (['put', 'read'] as const).flatMap((what): Panel[] => {
    const series = seriesOf(figures, what);
    if (series.length === 0) return [];
    const points = series.flatMap((each) => each.points);
    const title = what === 'put' ? 'Puts a second' : 'Linearizable reads a second';
    const axis = (of: 0 | 1) =>
      logarithmicAxis(
        points.map((point) => point[of]),
        (value) => number(value),
      );
    return [{ title, note: 'by the number outstanding', x: axis(0), y: axis(1), series }];
  });
  return panels.length === 0 ? undefined : { svg: plot(SAYS, panels), says: SAYS };
}

function seriesOf({ levels, rivals }: CommitFigures, what: 'put' | 'read'): Series[] {
  const lines = new Map<string, (readonly [number, number])[]>();
  const add = (name: string, outstanding: number, perSecond: number): void => {
    lines.set(name, [...(lines.get(name) ?? []), [outstanding, perSecond]]);
  };
  for (const level of levels) {
    if (level.what !== what || level.source === 'two clients') continue;
    add(OURS[level.source], level.outstanding, level.commitsPerSecond.median);
  }
  for (const { rival, levels: theirs } of rivals) {
    for (const { what: which, source, outstanding, figures } of theirs) {
      if (which !== what || figures === undefined || source === 'two clients') continue;
      add(source === 'client' ? nameOf(rival) : `${nameOf(rival)}, leader`, outstanding, figures.perSecond.median);
    }
  }
  return [...lines].map(([name, points]) => ({ name, colour: colourOf(NAMES.indexOf(name)), as: 'both', points }));
}
