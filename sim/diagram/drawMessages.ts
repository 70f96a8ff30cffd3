import type { MessageEnd, SentOnce } from '../chronicle/Chronicle.ts';
import { describeMessage } from '../chronicle/describeMessage.ts';
import { DANGER, isReply, STROKES, strokeOf } from './look.ts';
import type { Plot } from './Plot.ts';
import { element, tooltip } from './svg.ts';

/** How far along its way a message is shown to be lost that never left, or nobody knows where. */
const LOST_AT = 0.3;
/** Long enough to see it lean. */
const LOST_PIXELS = 9;
const CROSS = 3.5;

/** One copy of a message: a line from lane to lane, or what there is of it. */
export function drawCopy(plot: Plot, sent: SentOnce, end: MessageEnd | undefined): string {
  const from = plot.y(sent.from);
  const to = plot.y(sent.to);
  if (from === undefined || to === undefined) return '';
  const x = plot.x(sent.sentMs);
  const title = tooltip(`${sent.from} to ${sent.to}, ${timesOf(sent, end)}: ${describeMessage(sent.message)}`);
  const stroke = strokeAttributes(sent);
  if (end === undefined || (end.fate !== 'delivered' && end.atMs === sent.sentMs)) {
    const [x2, y2] = [x + LOST_PIXELS, from + (to - from) * LOST_AT];
    const line = element('line', { x1: x, y1: from, x2, y2, ...stroke });
    return element('g', {}, title, line, end === undefined ? underWay(x2, y2) : cross(x2, y2));
  }
  const [x2, y2] = [plot.x(end.atMs), to + (from < to ? -4 : 4)];
  if (end.fate === 'delivered') {
    const marker = `url(#${strokeOf(sent.message)}-${isReply(sent.message) ? 'reply' : 'request'})`;
    return element('line', { x1: x, y1: from, x2, y2, ...stroke, 'marker-end': marker }, title);
  }
  const [lostX, lostY] = end.fate === 'lost' ? [(x + x2) / 2, (from + to) / 2] : [x2, to + (from < to ? -9 : 9)];
  return element(
    'g',
    {},
    title,
    element('line', { x1: x, y1: from, x2: lostX, y2: lostY, ...stroke }),
    cross(lostX, lostY),
    ...(end.fate === 'lost' ? [] : [element('circle', { cx: lostX, cy: lostY, r: 6, fill: 'none', stroke: DANGER })]),
  );
}

function strokeAttributes({ message, isHeld }: SentOnce) {
  const { colour, width, ...more }: { colour: string; width: number; dashes?: string } = STROKES[strokeOf(message)];
  const thinner = isReply(message) ? 0.6 : 1;
  const dashes = isHeld ? '1 3' : more.dashes;
  return { stroke: colour, 'stroke-width': width * thinner, 'stroke-dasharray': dashes };
}

function timesOf({ sentMs }: SentOnce, end: MessageEnd | undefined): string {
  const sent = `sent ${sentMs.toFixed(1)} ms`;
  return end === undefined ? `${sent}, under way` : `${sent}, ${end.fate} ${end.atMs.toFixed(1)} ms`;
}

function cross(x: number, y: number): string {
  const d = `M${(x - CROSS).toFixed(1)} ${(y - CROSS).toFixed(1)} l${2 * CROSS} ${2 * CROSS} m0 ${-2 * CROSS} l${-2 * CROSS} ${2 * CROSS}`;
  return element('path', { d, stroke: DANGER, 'stroke-width': 1.6, fill: 'none' });
}

function underWay(x: number, y: number): string {
  return element('circle', { cx: x, cy: y, r: 2.5, fill: '#ffffff', stroke: '#52606d' });
}
