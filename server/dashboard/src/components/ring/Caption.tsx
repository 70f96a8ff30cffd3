import { captionAside, captionSizeOf, DETAIL_SIZE, LINE_HEIGHT } from '../../geometry/captionSize.ts';
import type { CaptionSide } from '../../geometry/captions.ts';
import { HALO } from '../../geometry/ring.ts';
import { captionOf } from '../../model/describePeer.ts';
import type { SeenPeer } from '../../model/Picture.ts';

interface CaptionProps {
  readonly peer: SeenPeer;
  /** Of the peer's body, in CSS pixels. */
  readonly radius: number;
  readonly nowMs: number;
  readonly side: CaptionSide;
  readonly linesMax: number;
  /** Of its text, in CSS pixels. */
  readonly sizeMin: number;
  /** How many entries it is behind the leader; null where that is not told. */
  readonly lag: number | null;
}

const ANCHORS = { left: 'end', right: 'start', below: 'middle' } as const;

/** The peer's role, and why it has it. */
export function Caption({ peer, radius, nowMs, side, linesMax, sizeMin, lag }: CaptionProps) {
  const behind = lag === null ? [] : [lag === 0 ? 'has all of the log' : `${lag} behind`];
  const lines = [...captionOf(peer, nowMs), ...behind].slice(0, linesMax);
  const size = captionSizeOf(radius, sizeMin);
  const lineHeight = size * LINE_HEIGHT;
  const halo = radius * HALO;
  // Beside the ground of a group too.
  const x = side === 'below' ? 0 : (side === 'left' ? -1 : 1) * captionAside(radius);
  const top = side === 'below' ? halo + size * 1.45 : size * 0.36 - ((lines.length - 1) * lineHeight) / 2;
  return (
    <g class="caption" text-anchor={ANCHORS[side]}>
      {lines.map((line, index) => (
        <text
          key={index}
          class={index === 0 ? 'caption-role' : 'caption-detail'}
          x={x}
          y={top + index * lineHeight}
          font-size={index === 0 ? size : size * DETAIL_SIZE}
        >
          {line}
        </text>
      ))}
    </g>
  );
}
