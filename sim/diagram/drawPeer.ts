import type { CoreEvent } from '../chronicle/Chronicle.ts';
import type { Span } from './lanes.ts';
import { DANGER, INK, MUTED, termColours } from './look.ts';
import type { Plot } from './Plot.ts';
import { element, escapeText, tooltip } from './svg.ts';

const CHARACTER_PIXELS = 6;
const HEIGHTS = { leader: 18, candidate: 14, preCandidate: 10, follower: 5, learner: 5, stopped: 14, down: 0 } as const;
/** A follower's term stands above its lane, others' on it. */
const NAMES = {
  leader: 'leader',
  candidate: 'cand.',
  preCandidate: 'pre',
  follower: '',
  learner: 'learner',
  stopped: 'stopped',
  down: 'down',
} as const;

/** A peer's lane: what it was, and when it learned that something is committed. */
export function drawPeer(plot: Plot, peer: string, spans: readonly Span[], commits: readonly CoreEvent[]): string {
  const y = plot.y(peer);
  if (y === undefined) return '';
  const parts = [
    element(
      'text',
      { x: plot.left - 10, y: y + 5, 'text-anchor': 'end', 'font-size': 15, 'font-weight': 600, fill: INK },
      escapeText(peer),
    ),
    element('line', { x1: plot.left, y1: y, x2: plot.right, y2: y, stroke: '#c3ccd4', 'stroke-dasharray': '1 4' }),
  ];
  let termShown = -1;
  for (const span of spans) {
    if (!plot.overlaps(span.fromMs, span.untilMs)) continue;
    parts.push(drawSpan(plot, y, span));
    if (span.term !== termShown && (span.state === 'follower' || span.state === 'learner')) {
      const at = { x: plot.clampedX(span.fromMs) + 2, y: y + 16, 'font-size': 10, fill: MUTED };
      parts.push(element('text', at, `term ${span.term}`));
    }
    termShown = span.term;
  }
  parts.push(drawCommits(plot, y, commits));
  return element('g', {}, ...parts);
}

function drawSpan(plot: Plot, y: number, { fromMs, untilMs, state, term }: Span): string {
  const x = plot.clampedX(fromMs);
  const width = Math.max(1, plot.clampedX(untilMs) - x);
  const title = tooltip(`${state}, term ${term}, ${fromMs.toFixed(1)} to ${untilMs.toFixed(1)} ms`);
  if (state === 'down') {
    const crashed = fromMs > 0 && plot.contains(fromMs) ? crashMark(x, y) : '';
    return element('g', {}, title, crashed, label(x + 12, y - 6, width - 12, 'down', MUTED));
  }
  const { fill, text } = termColours(term);
  const height = HEIGHTS[state];
  const box = { x, y: y - height / 2, width, height, rx: Math.min(3, width / 2) };
  const parts = [title];
  if (state === 'stopped')
    parts.push(element('rect', { ...box, fill: '#ffffff', stroke: fill, 'stroke-dasharray': '4 2' }));
  else if (state === 'learner') parts.push(element('rect', { ...box, fill: '#ffffff', stroke: fill }));
  else parts.push(element('rect', { ...box, fill }));
  if (state === 'candidate') parts.push(element('rect', { ...box, fill: 'url(#hatch)' }));
  if (state === 'preCandidate') parts.push(element('rect', { ...box, fill: 'url(#dots)' }));
  if (state === 'leader') parts.push(label(x + 4, y + 4, width - 6, `leader, term ${term}`, text));
  else if (state !== 'follower') {
    parts.push(
      label(
        x + 2,
        y - height / 2 - 3,
        Math.max(width, 34),
        state === 'stopped' ? 'stopped' : `${NAMES[state]} ${term}`,
        INK,
      ),
    );
  }
  return element('g', {}, ...parts);
}

/** Only if it fits: shortened once. */
function label(x: number, y: number, width: number, text: string, fill: string): string {
  const short = text.replace('leader, term ', 'L');
  const fitting = [text, short].find((one) => one.length * CHARACTER_PIXELS <= width);
  return fitting === undefined ? '' : element('text', { x, y, 'font-size': 11, fill }, escapeText(fitting));
}

function crashMark(x: number, y: number): string {
  return element('path', {
    d: `M${x - 6} ${y - 6} l12 12 m0 -12 l-12 12`,
    ...{ stroke: DANGER, 'stroke-width': 3, fill: 'none' },
  });
}

function drawCommits(plot: Plot, y: number, commits: readonly CoreEvent[]): string {
  let freeFrom = Number.NEGATIVE_INFINITY;
  const parts = commits.map(({ atMs, event }) => {
    if (event.type !== 'committed' || !plot.contains(atMs)) return '';
    const x = plot.x(atMs);
    const tick = element(
      'path',
      { d: `M${x.toFixed(1)} ${y + 4} l-3 7 h6 z`, fill: INK },
      tooltip(`committed up to ${event.commitIndex} at ${atMs.toFixed(1)} ms`),
    );
    const text = String(event.commitIndex);
    if (x < freeFrom) return tick;
    freeFrom = x + text.length * CHARACTER_PIXELS + 10;
    return tick + element('text', { x: x - 4, y: y + 23, 'font-size': 9.5, fill: INK }, text);
  });
  return parts.join('');
}
