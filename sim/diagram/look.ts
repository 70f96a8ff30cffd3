import type { EndpointMessage } from '../../shared/protocol.ts';
import { isHeartbeat } from '../chronicle/describeMessage.ts';
import { element } from './svg.ts';

/** Colours of Okabe and Ito (2008), which people who see fewer colours can tell apart; dashes and widths tell the sorts apart too. */
export interface Stroke {
  readonly name: string;
  readonly colour: string;
  readonly width: number;
  readonly dashes?: string;
}

export const STROKES = {
  vote: { name: 'votes and pre-votes', colour: '#d55e00', width: 2 },
  entries: { name: 'entries', colour: '#0072b2', width: 1.6 },
  heartbeat: { name: 'heartbeats', colour: '#8a97a3', width: 0.8 },
  snapshot: { name: 'snapshots', colour: '#a0427a', width: 2, dashes: '8 3' },
  client: { name: 'clients', colour: '#007a59', width: 1.2, dashes: '3 2' },
  other: { name: 'transfers and reads', colour: '#1a1a1a', width: 1.2, dashes: '8 2 2 2' },
} as const satisfies Record<string, Stroke>;
export type StrokeName = keyof typeof STROKES;

export function strokeOf(message: EndpointMessage): StrokeName {
  switch (message.type) {
    case 'PreVote':
    case 'PreVoteReply':
    case 'RequestVote':
    case 'RequestVoteReply':
      return 'vote';
    case 'AppendEntries':
      return isHeartbeat(message) ? 'heartbeat' : 'entries';
    case 'AppendEntriesReply':
      return message.body.success ? 'heartbeat' : 'entries';
    case 'InstallSnapshot':
    case 'InstallSnapshotReply':
      return 'snapshot';
    case 'ClientRequest':
    case 'ClientReply':
      return 'client';
    case 'TimeoutNow':
    case 'ReadIndex':
    case 'ReadIndexReply':
      return 'other';
  }
}

export function isReply({ type }: EndpointMessage): boolean {
  return type.endsWith('Reply');
}

/** A term's colour, and that of what is written on it. Neighbouring terms differ; the number stands there too. */
export function termColours(term: number): { readonly fill: string; readonly text: string } {
  return TERM_COLOURS[term % TERM_COLOURS.length] ?? { fill: '#9aa6b2', text: '#13212e' };
}

const TERM_COLOURS = [
  { fill: '#4b3fb0', text: '#ffffff' },
  { fill: '#2fa893', text: '#06201b' },
  { fill: '#9c2a6b', text: '#ffffff' },
  { fill: '#86b035', text: '#132000' },
  { fill: '#de7183', text: '#2b070d' },
  { fill: '#5fb7e5', text: '#04202f' },
] as const;

export const INK = '#13212e';
export const MUTED = '#52606d';
export const DANGER = '#b3260a';
export const FONT = 'font-family:system-ui,sans-serif';

/** Arrowheads, full for requests and hollow for replies, and the patterns of roles. */
export function definitions(): string {
  const heads = Object.entries(STROKES).flatMap(([name, { colour }]) => [
    head(`${name}-request`, colour, colour),
    head(`${name}-reply`, colour, '#ffffff'),
  ]);
  const hatch = element(
    'pattern',
    { id: 'hatch', width: 6, height: 6, patternUnits: 'userSpaceOnUse', patternTransform: 'rotate(45)' },
    element('rect', { width: 2.5, height: 6, fill: '#ffffff', 'fill-opacity': 0.75 }),
  );
  const dots = element(
    'pattern',
    { id: 'dots', width: 5, height: 5, patternUnits: 'userSpaceOnUse' },
    element('circle', { cx: 2.5, cy: 2.5, r: 1.4, fill: '#ffffff' }),
  );
  return element('defs', {}, ...heads, hatch, dots);
}

function head(id: string, stroke: string, fill: string): string {
  return element(
    'marker',
    {
      id,
      ...{ viewBox: '0 0 8 8', refX: 7, refY: 4, markerWidth: 7, markerHeight: 7 },
      ...{ markerUnits: 'userSpaceOnUse', orient: 'auto' },
    },
    element('path', { d: 'M1 1 L7 4 L1 7 z', fill, stroke, 'stroke-width': 1 }),
  );
}
