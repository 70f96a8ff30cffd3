import type { FrameSample, LiveFrames } from '../../../../shared/http/Frames.ts';
import { type Chord, xOn, yOn } from '../geometry/chord.ts';
import type { Layout } from '../geometry/Layout.ts';
import { BURST_MS, type FlightPlace, type Flights, FLIGHTS_MAX, HELD_SHARE } from '../model/frames/Flights.ts';
import { type FrameKind, FRAME_KINDS, isReply, kindOf } from '../model/frames/kinds.ts';
import type { LinkCount, LinkCounts } from '../model/frames/LinkCounts.ts';
import { linkKey } from '../model/linkRate.ts';
import { isDrawnAsDot } from '../model/frames/isDrawnAsDot.ts';

/** Colours and sizes, as the style sheet has them. Lengths in CSS pixels. */
export interface FlightsLook {
  readonly kinds: Readonly<Record<FrameKind, string>>;
  readonly card: string;
  readonly ink: string;
  readonly danger: string;
  readonly focus: string;
  readonly font: string;
  /** Of a dot. */
  readonly radius: number;
}

export interface FlightsScene {
  readonly layout: Layout;
  readonly flights: Flights;
  readonly counts: LinkCounts;
  readonly queues: LiveFrames['queues'];
  /** On the relay's clock. */
  readonly atMs: number;
  /** The number of the frame that is selected; null when none is. */
  readonly selected: number | null;
  /** For who wants less motion: what would fly is counted instead. */
  readonly isStill: boolean;
}

type Context = CanvasRenderingContext2D;

const TURN = 2 * Math.PI;
const RAYS = 8;
/** Where on a chord the bar of its rates is: from here to there. */
const BAR_FROM = 0.24;
const BAR_TO = 0.76;

/** Frames on their way, and rates where they are too many. The canvas is cleared, and its units are CSS pixels. */
export function drawFlights(context: Context, scene: FlightsScene, look: FlightsLook): void {
  const { layout, counts, isStill } = scene;
  for (const count of counts.all()) {
    const chord = layout.chord(count.from, count.to);
    if (chord !== null && (count.isCrowded || isStill)) drawRates(context, chord, count, look);
  }
  const held = drawDots(context, scene, look);
  drawWaiting(context, scene, held, look);
}

/** @returns how many held ones were drawn, by link */
function drawDots(context: Context, scene: FlightsScene, look: FlightsLook): ReadonlyMap<string, number> {
  const { layout, flights, counts, atMs, selected, isStill } = scene;
  const held = new Map<string, number>();
  const place: FlightPlace = { share: 0, mark: 'flying', sinceMs: 0 };
  for (let slot = 0; slot < FLIGHTS_MAX; slot += 1) {
    const sample = flights.sample(slot);
    if (sample === null || !flights.place(slot, atMs, place)) continue;
    const isSelected = sample.seq === selected;
    if (place.mark === 'held') count(held, linkKey(sample.from, sample.to));
    if (!isSelected && (!isDrawnAsDot(sample, counts) || (isStill && place.mark !== 'held'))) continue;
    const chord = layout.chord(sample.from, sample.to);
    if (chord === null) continue;
    // The copies of one frame go side by side.
    const aside = (sample.delaysMs?.length ?? 1) < 2 ? 0 : (flights.copy(slot) - 0.5) * look.radius * 2.3;
    const x = xOn(chord, place.share) - Math.sin(chord.radians) * aside;
    const y = yOn(chord, place.share) + Math.cos(chord.radians) * aside;
    if (isSelected) drawSelected(context, chord, x, y, look);
    if (place.mark === 'burst') drawBurst(context, x, y, place.sinceMs / BURST_MS, look);
    else drawDot(context, sample, place, x, y, look);
  }
  return held;
}

function count(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

function drawDot(
  context: Context,
  sample: FrameSample,
  { mark }: FlightPlace,
  x: number,
  y: number,
  look: FlightsLook,
): void {
  const kind = kindOf(sample);
  const colour = look.kinds[kind];
  const radius = kind === 'heartbeat' ? look.radius * 0.74 : look.radius;
  outline(context, kind, x, y, radius);
  context.lineWidth = 1.6;
  if (isReply(sample.type)) {
    context.fillStyle = look.card;
    context.strokeStyle = colour;
  } else {
    context.fillStyle = colour;
    context.strokeStyle = look.card;
  }
  context.fill();
  context.stroke();
  if (sample.gist?.yes === false) drawRefusal(context, x, y, radius, colour);
  if (mark !== 'delayed' && mark !== 'held') return;
  context.beginPath();
  context.arc(x, y, look.radius * 1.85, 0, TURN);
  context.setLineDash(mark === 'delayed' ? [look.radius * 0.75, look.radius * 0.75] : []);
  context.lineWidth = 1.6;
  context.strokeStyle = look.ink;
  context.stroke();
  context.setLineDash([]);
}

/** A shape for each kind, as the legend has them. */
function outline(context: Context, kind: FrameKind, x: number, y: number, radius: number): void {
  context.beginPath();
  switch (kind) {
    case 'vote':
      corners(context, 4, 0, x, y, radius * 1.3);
      return;
    case 'entries':
      corners(context, 4, Math.PI / 4, x, y, radius * 1.25);
      return;
    case 'snapshot':
      corners(context, 6, 0, x, y, radius * 1.35);
      return;
    case 'client':
    case 'other':
      corners(context, 3, -Math.PI / 2, x, y, radius * 1.35);
      return;
    case 'heartbeat':
      context.arc(x, y, radius, 0, TURN);
  }
}

function corners(context: Context, count: number, turn: number, x: number, y: number, radius: number): void {
  for (let corner = 0; corner < count; corner += 1) {
    const radians = turn + (TURN * corner) / count;
    context.lineTo(x + radius * Math.cos(radians), y + radius * Math.sin(radians));
  }
  context.closePath();
}

/** A reply that says no has a bar across it. */
function drawRefusal(context: Context, x: number, y: number, radius: number, colour: string): void {
  context.beginPath();
  context.moveTo(x - radius * 0.75, y);
  context.lineTo(x + radius * 0.75, y);
  context.lineWidth = Math.max(1.6, radius * 0.4);
  context.strokeStyle = colour;
  context.stroke();
}

function drawBurst(context: Context, x: number, y: number, share: number, look: FlightsLook): void {
  const inner = look.radius * (0.5 + 1.5 * share);
  const outer = inner + look.radius * (1.3 - 0.7 * share);
  context.beginPath();
  for (let ray = 0; ray < RAYS; ray += 1) {
    const radians = (TURN * (ray + 0.5)) / RAYS;
    context.moveTo(x + inner * Math.cos(radians), y + inner * Math.sin(radians));
    context.lineTo(x + outer * Math.cos(radians), y + outer * Math.sin(radians));
  }
  context.globalAlpha = 1 - share * 0.8;
  context.lineWidth = 2.2;
  context.strokeStyle = look.danger;
  context.stroke();
  context.globalAlpha = 1;
}

/** Its way, and a ring round it. */
function drawSelected(context: Context, { from, control, to }: Chord, x: number, y: number, look: FlightsLook): void {
  context.beginPath();
  context.moveTo(from.x, from.y);
  context.quadraticCurveTo(control.x, control.y, to.x, to.y);
  context.lineWidth = 2;
  context.strokeStyle = look.focus;
  context.stroke();
  context.beginPath();
  context.arc(x, y, look.radius * 2.7, 0, TURN);
  context.lineWidth = 3;
  context.stroke();
}

/** A bar along the chord: as thick as it is busy, by kinds, with the number on it. */
function drawRates(context: Context, chord: Chord, { perSecond, allPerSecond }: LinkCount, look: FlightsLook): void {
  if (allPerSecond === 0) return;
  const thickness = look.radius * Math.min(3.2, 1 + 0.45 * Math.log2(1 + allPerSecond / 25));
  let share = BAR_FROM;
  context.lineWidth = thickness;
  for (const kind of FRAME_KINDS) {
    if (perSecond[kind] === 0) continue;
    const next = share + ((BAR_TO - BAR_FROM) * perSecond[kind]) / allPerSecond;
    context.beginPath();
    context.moveTo(xOn(chord, share), yOn(chord, share));
    // It bows too little for pieces of it to be seen as straight.
    context.lineTo(xOn(chord, (share + next) / 2), yOn(chord, (share + next) / 2));
    context.lineTo(xOn(chord, next), yOn(chord, next));
    context.strokeStyle = look.kinds[kind];
    context.stroke();
    share = next;
  }
  drawText(context, `${Math.round(allPerSecond)}/s`, chord.middle.x, chord.middle.y, look);
}

/** How many are held on a link, beside where they stand: as the relay counts them, or else as many as were told. */
function drawWaiting(
  context: Context,
  { layout, queues }: FlightsScene,
  held: ReadonlyMap<string, number>,
  look: FlightsLook,
): void {
  for (const from of layout.peers.keys()) {
    for (const to of layout.peers.keys()) {
      const queue = queues.find((known) => known.from === from && known.to === to);
      const count = Math.max(queue?.held ?? 0, held.get(linkKey(from, to)) ?? 0);
      const chord = count < 2 ? null : layout.chord(from, to);
      if (chord === null) continue;
      const away = look.radius * 4;
      const x = xOn(chord, HELD_SHARE) - Math.sin(chord.radians) * away;
      const y = yOn(chord, HELD_SHARE) + Math.cos(chord.radians) * away;
      drawText(context, `${count} held`, x, y, look);
    }
  }
}

function drawText(context: Context, text: string, x: number, y: number, look: FlightsLook): void {
  context.font = look.font;
  context.textAlign = 'center';
  context.textBaseline = 'middle';
  context.lineJoin = 'round';
  context.lineWidth = 4;
  context.strokeStyle = look.card;
  context.strokeText(text, x, y);
  context.fillStyle = look.ink;
  context.fillText(text, x, y);
}
