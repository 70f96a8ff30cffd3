import type { Chronicle, MessageEnd, SentOnce } from '../chronicle/Chronicle.ts';
import { drawClient } from './drawClient.ts';
import { drawFlags, FLAG_ROWS } from './drawFlags.ts';
import { drawCopy } from './drawMessages.ts';
import { drawPeer } from './drawPeer.ts';
import { flagsOf, operationsOf, spansOf } from './lanes.ts';
import { drawLegend, LEGEND_HEIGHT } from './drawLegend.ts';
import { DANGER, definitions, FONT, INK, MUTED, strokeOf } from './look.ts';
import { type Interval, MARGIN_LEFT, Plot } from './Plot.ts';
import { element, escapeText } from './svg.ts';

export interface DiagramOptions {
  /** In virtual time; the last of the run by default. */
  readonly interval?: Interval | undefined;
  readonly title: string;
  /** What went wrong, if anything did. */
  readonly failure?: { readonly atMs: number | undefined; readonly what: string } | undefined;
}

/** What is shown of a run unless told otherwise: its end. */
const SHOWN_MS = 2000;
/** More lines than this nobody can tell apart, and a browser takes its time. */
const COPIES_MAX = 3000;
const HEAD_HEIGHT = 82;
const FLAG_ROW_HEIGHT = 15;
const TITLE_CHARACTERS_MAX = 230;

interface Copy {
  readonly sent: SentOnce;
  readonly end: MessageEnd | undefined;
}

/** A space-time diagram of a run as SVG: time goes to the right, each peer and client has a lane, messages go from lane to lane. */
export function drawDiagram(chronicle: Chronicle, options: DiagramOptions): string {
  const { peers, clients } = chronicle;
  const plot = new Plot(intervalOf(chronicle, options), { peers, clients }, HEAD_HEIGHT + FLAG_ROWS * FLAG_ROW_HEIGHT);
  const { shown, left } = copiesOf(chronicle, plot);
  const operations = operationsOf(chronicle);
  const width = Math.max(plot.width, 1100);
  const height = plot.bottom + 34 + LEGEND_HEIGHT;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>\n',
    element(
      'svg',
      {
        ...{
          xmlns: 'http://www.w3.org/2000/svg',
          width,
          height,
          viewBox: `0 0 ${Math.ceil(width)} ${Math.ceil(height)}`,
        },
        ...{ role: 'img', style: FONT },
      },
      `<title>${escapeText(options.title)}</title>`,
      definitions(),
      clip(plot),
      element('rect', { width, height, fill: '#ffffff' }),
      drawHead(options, plot, left),
      drawTimes(plot),
      drawFlags(plot, flagsOf(chronicle)),
      element('g', { 'clip-path': 'url(#plot)' }, ...shown.map(({ sent, end }) => drawCopy(plot, sent, end))),
      ...peers.map((peer) =>
        drawPeer(
          plot,
          peer,
          spansOf(peer, chronicle),
          chronicle.events.filter((event) => event.peer === peer),
        ),
      ),
      ...clients.map((client) =>
        drawClient(
          plot,
          client,
          operations.filter((operation) => operation.client === client),
        ),
      ),
      drawFailure(plot, options),
      drawLegend(plot.bottom + 34),
    ),
    '\n',
  ].join('');
}

function intervalOf({ endMs }: Chronicle, { interval, failure }: DiagramOptions): Interval {
  if (interval !== undefined)
    return { fromMs: interval.fromMs, untilMs: Math.max(interval.fromMs + 1, interval.untilMs) };
  const untilMs = failure?.atMs ?? endMs;
  return { fromMs: Math.max(0, untilMs - SHOWN_MS), untilMs: untilMs + SHOWN_MS / 100 };
}

/** The newest are shown if there are too many; heartbeats and their answers go first. */
function copiesOf({ messages }: Chronicle, plot: Plot): { shown: readonly Copy[]; left: number } {
  const copies: Copy[] = [];
  for (const sent of messages) {
    for (const end of sent.ends) if (plot.overlaps(sent.sentMs, end.atMs)) copies.push({ sent, end });
    if (sent.ends.length < sent.copies && plot.contains(sent.sentMs)) copies.push({ sent, end: undefined });
  }
  if (copies.length <= COPIES_MAX) return { shown: copies, left: 0 };
  const telling = copies.filter(({ sent: { message } }) => strokeOf(message) !== 'heartbeat').slice(-COPIES_MAX);
  return { shown: telling, left: copies.length - telling.length };
}

function clip(plot: Plot): string {
  const area = { x: plot.left, y: plot.top - 4, width: plot.right - plot.left, height: plot.bottom - plot.top + 8 };
  return element('clipPath', { id: 'plot' }, element('rect', area));
}

function drawHead({ title, failure }: DiagramOptions, { interval }: Plot, left: number): string {
  const what = failure === undefined ? 'Nothing went wrong.' : `${momentText(failure.atMs)}${failure.what}`;
  const omitted = left === 0 ? '' : `; ${left} messages are left out, heartbeats and their answers first`;
  const shown = `shown: ${interval.fromMs.toFixed(0)} to ${interval.untilMs.toFixed(0)} ms${omitted}`;
  const line = (y: number, text: string, more: Record<string, string | number>): string =>
    element('text', { x: MARGIN_LEFT, y, ...more }, escapeText(fitted(text)));
  return [
    line(22, title, { 'font-size': 17, 'font-weight': 700, fill: INK }),
    line(40, what, { 'font-size': 13, fill: failure === undefined ? INK : DANGER }),
    line(56, shown, { 'font-size': 12, fill: MUTED }),
  ].join('');
}

function momentText(atMs: number | undefined): string {
  return atMs === undefined ? '' : `At ${atMs.toFixed(1)} ms: `;
}

function fitted(text: string): string {
  const [line = ''] = text.split('\n', 1);
  return line.length <= TITLE_CHARACTERS_MAX ? line : `${line.slice(0, TITLE_CHARACTERS_MAX - 1)}~`;
}

/** About every 150 pixels, at round times. */
function drawTimes(plot: Plot): string {
  const { fromMs, untilMs } = plot.interval;
  const roughMs = 150 / plot.pixelsPerMs;
  const power = 10 ** Math.floor(Math.log10(roughMs));
  const stepMs = ([1, 2, 5, 10].find((factor) => factor * power >= roughMs) ?? 10) * power;
  const parts: string[] = [];
  for (let number = Math.ceil(fromMs / stepMs); number * stepMs <= untilMs; number += 1) {
    const x = plot.x(number * stepMs);
    parts.push(
      element('line', { x1: x, y1: plot.top, x2: x, y2: plot.bottom, stroke: '#edf1f4' }),
      element(
        'text',
        { x, y: plot.bottom + 16, 'text-anchor': 'middle', 'font-size': 12, fill: MUTED },
        timeText(number * stepMs, stepMs),
      ),
    );
  }
  return element('g', {}, ...parts);
}

function timeText(atMs: number, stepMs: number): string {
  const digits = Math.max(0, Math.ceil(3 - Math.log10(stepMs) - 1e-9));
  return `${(atMs / 1000).toFixed(Math.min(6, digits))} s`;
}

function drawFailure(plot: Plot, { failure }: DiagramOptions): string {
  if (failure?.atMs === undefined || !plot.contains(failure.atMs)) return '';
  const x = plot.x(failure.atMs);
  return element(
    'g',
    {},
    element('line', { x1: x, y1: plot.top - 8, x2: x, y2: plot.bottom, stroke: DANGER, 'stroke-width': 2.5 }),
    element(
      'text',
      { x: x - 6, y: plot.bottom - 4, 'text-anchor': 'end', 'font-size': 13, 'font-weight': 700, fill: DANGER },
      'fails here',
    ),
  );
}
