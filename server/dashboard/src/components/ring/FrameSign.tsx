import { type FrameKind, isReply } from '../../model/frames/kinds.ts';

/** The same shapes as on the canvas. */
const SHAPES: Readonly<Record<FrameKind, string>> = {
  vote: 'M0-6.5L6.5 0L0 6.5L-6.5 0Z',
  entries: 'M-4.5-4.5H4.5V4.5H-4.5Z',
  heartbeat: 'M-3.8 0A3.8 3.8 0 1 1 3.8 0A3.8 3.8 0 1 1-3.8 0Z',
  snapshot: 'M6.7 0L3.4 5.8H-3.4L-6.7 0L-3.4-5.8H3.4Z',
  client: 'M0-6.5L5.8 3.4H-5.8Z',
  other: 'M0-6.5L5.8 3.4H-5.8Z',
};

interface FrameSignProps {
  readonly kind: FrameKind;
  /** Replies are hollow. */
  readonly type: string;
  readonly isRefusal: boolean;
}

/** The dot of a frame, beside the words for it. */
export function FrameSign({ kind, type, isRefusal }: FrameSignProps) {
  return (
    <svg class="frame-sign" data-kind={kind} width="18" height="18" viewBox="-9 -9 18 18" aria-hidden="true">
      <path class={isReply(type) ? 'frame-hollow' : 'frame-full'} d={SHAPES[kind]} />
      {isRefusal && <path class="frame-no" d="M-3.5 0H3.5" />}
    </svg>
  );
}
