import { EVENT_SIGNS } from '../geometry/eventSigns.ts';
import { AXIS_PX, type Bar, type LaneShapes, type Sign } from '../model/time/laneShapes.ts';
import { TERM_COLOURS } from '../model/termColour.ts';
import type { LogLook } from './logLook.ts';

export interface DrawnLanes {
  readonly shapes: LaneShapes;
  /** Times along the upper edge. */
  readonly axis: readonly { readonly x: number; readonly text: string }[];
  /** The lane that the cursor is in. */
  readonly chosen: number | null;
}

/** The lanes on a canvas, in CSS pixels; drawn whole each time. */
export function drawLanes(context: CanvasRenderingContext2D, widthPx: number, lanes: DrawnLanes, look: LogLook): void {
  context.clearRect(0, 0, widthPx, lanes.shapes.heightPx);
  drawGround(context, widthPx, lanes, look);
  for (const bar of lanes.shapes.bars) drawBar(context, bar, look);
  for (const sign of lanes.shapes.signs) drawSign(context, sign, look);
}

function drawGround(
  context: CanvasRenderingContext2D,
  widthPx: number,
  { shapes, axis, chosen }: DrawnLanes,
  look: LogLook,
): void {
  const { tops, heightPx } = shapes;
  if (chosen !== null) {
    const top = tops[chosen] ?? 0;
    context.fillStyle = look.raised;
    context.fillRect(0, top, widthPx, (tops[chosen + 1] ?? heightPx) - top);
  }
  context.strokeStyle = look.line;
  context.lineWidth = 1;
  context.beginPath();
  for (const top of tops) {
    context.moveTo(0, Math.round(top) + 0.5);
    context.lineTo(widthPx, Math.round(top) + 0.5);
  }
  for (const { x } of axis) {
    context.moveTo(Math.round(x) + 0.5, AXIS_PX - 4);
    context.lineTo(Math.round(x) + 0.5, heightPx);
  }
  context.stroke();
  context.fillStyle = look.muted;
  context.font = `11.5px ${look.sans}`;
  context.textBaseline = 'middle';
  context.textAlign = 'center';
  for (const { x, text } of axis) {
    const half = context.measureText(text).width / 2;
    // What would be cut off at the edge is left out.
    if (x - half >= 0 && x + half <= widthPx) context.fillText(text, x, AXIS_PX / 2 - 2);
  }
}

function drawBar(context: CanvasRenderingContext2D, bar: Bar, look: LogLook): void {
  const { x, y, width, heightPx } = bar;
  const term = look.terms[bar.term === 'none' ? TERM_COLOURS : bar.term];
  const fill = term?.fill ?? look.edge;
  const box = (): void => {
    context.beginPath();
    context.roundRect(x + 0.75, y + 0.75, Math.max(0.5, width - 1.5), heightPx - 1.5, Math.min(3, width / 2));
  };
  const solid = (colour: string | CanvasPattern): void => {
    context.fillStyle = colour;
    context.beginPath();
    context.roundRect(x, y, width, heightPx, Math.min(3, width / 2));
    context.fill();
  };
  const outline = (colour: string, dashes: readonly number[] = []): void => {
    context.strokeStyle = colour;
    context.lineWidth = 1.5;
    context.setLineDash([...dashes]);
    box();
    context.stroke();
    context.setLineDash([]);
  };
  switch (bar.look) {
    case 'leader':
      solid(fill);
      return drawText(context, bar, term?.on ?? look.ink, look);
    case 'hollow':
      solid(look.card);
      outline(fill);
      return drawText(context, bar, look.ink, look);
    case 'candidate':
      solid(term?.hatch ?? fill);
      return outline(fill);
    case 'preCandidate':
      return solid(term?.hatch ?? fill);
    case 'follower':
      return solid(fill);
    case 'learner':
      solid(look.card);
      return outline(fill);
    case 'paused':
      solid(look.card);
      return outline(look.muted, [4, 3]);
    case 'away':
      return drawAway(context, bar, look);
    case 'outside':
      return solid(look.line);
    case 'bad':
      solid(look.danger);
      return drawText(context, bar, look.card, look);
    case 'good':
      solid(look.card);
      outline(look.good);
      return drawText(context, bar, look.ink, look);
    case 'plain':
      solid(look.raised);
      outline(look.edge);
      return drawText(context, bar, look.ink, look);
  }
}

/** Nobody is there: a row of dots, which begins with a cross. */
function drawAway(context: CanvasRenderingContext2D, { x, y, width, heightPx }: Bar, look: LogLook): void {
  const middle = y + heightPx / 2;
  context.strokeStyle = look.danger;
  context.lineWidth = 2;
  context.setLineDash([2, 5]);
  context.beginPath();
  context.moveTo(x, middle);
  context.lineTo(x + width, middle);
  context.stroke();
  context.setLineDash([]);
  context.beginPath();
  context.moveTo(x - 4, middle - 4);
  context.lineTo(x + 4, middle + 4);
  context.moveTo(x - 4, middle + 4);
  context.lineTo(x + 4, middle - 4);
  context.stroke();
}

function drawText(
  context: CanvasRenderingContext2D,
  { x, y, heightPx, text }: Bar,
  colour: string,
  look: LogLook,
): void {
  if (text === '') return;
  context.fillStyle = colour;
  context.font = `11.5px ${look.sans}`;
  context.textAlign = 'left';
  context.textBaseline = 'middle';
  context.fillText(text, Math.max(0, x) + 4, y + heightPx / 2 + 0.5);
}

const SIGN_PATHS = new Map<string, Path2D>();

/** Those of the list of events; what clients ask goes up, answers come down; all else is a disc. */
function signPath(kind: string): Path2D {
  const known = SIGN_PATHS.get(kind);
  if (known !== undefined) return known;
  const own =
    kind === 'asked' ? 'M-4 3L0-4L4 3Z' : kind === 'answered' ? 'M-4-3L0 4L4-3Z' : 'M-3 0A3 3 0 1 1 3 0A3 3 0 1 1-3 0Z';
  const path = new Path2D((EVENT_SIGNS as Readonly<Record<string, string>>)[kind] ?? own);
  SIGN_PATHS.set(kind, path);
  return path;
}

function drawSign(context: CanvasRenderingContext2D, { x, y, kind, tone }: Sign, look: LogLook): void {
  const isCrown = kind === 'leaderElected' || kind === 'leaderLost';
  context.save();
  context.translate(x, isCrown ? y + 5 : y);
  const path = signPath(kind);
  // A rim of the ground keeps it apart from the bar that it stands on.
  context.lineJoin = 'round';
  context.strokeStyle = look.card;
  context.lineWidth = 5;
  context.stroke(path);
  context.strokeStyle = tone === 'bad' ? look.danger : tone === 'good' ? look.good : look.ink;
  context.lineWidth = 1.75;
  context.stroke(path);
  context.restore();
}
