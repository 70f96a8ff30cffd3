import { useMemo } from 'preact/hooks';
import { useDerived } from '../../hooks/useDerived.ts';
import { useSize } from '../../hooks/useSize.ts';
import { useStore } from '../../hooks/useStore.ts';
import { replyTo, requestOf } from '../../model/frames/causes.ts';
import { type Cone, coneOf } from '../../model/time/cone.ts';
import { bandsOf, lineAt, type LineShape, lineShapes, type Plot, plotOf, timeOf } from '../../model/time/diagram.ts';
import type { SpaceTime } from '../../model/time/spaceTime.ts';
import { lookAt } from '../../state/view.ts';
import { select } from '../details/select.ts';
import { ConeLanes, LinesGroup } from './DiagramLines.tsx';
import { DiagramBands, DiagramCursor, DiagramGround, DiagramHeads } from './DiagramGround.tsx';
import { LineWords } from './LineWords.tsx';

interface SpaceTimeDiagramProps {
  readonly found: SpaceTime;
  readonly onShorter: () => void;
  readonly onLonger: () => void;
}

/** How near a click has to be. */
const NEAR_PX = 7;

/** Time goes to the right, each endpoint has a lane, frames go from lane to lane; what belongs to the selected one is lit. */
export function SpaceTimeDiagram({ found, onShorter, onLonger }: SpaceTimeDiagramProps) {
  const store = useStore();
  const { history, picture, view } = store;
  const { ref, size } = useSize<HTMLDivElement>();
  const widthPx = size?.width ?? 0;
  const peers = useDerived(() => picture.value?.peers.map(({ view }) => view.id).join() ?? '', [picture]);
  const plot = useMemo(
    () => plotOf(found, picture.peek()?.peers.map(({ view }) => view.id) ?? [], widthPx),
    [found, peers, widthPx],
  );
  const shapes = useMemo(() => lineShapes(found, plot), [found, plot]);
  const marks = useMemo(() => history.marks.in(found.span.fromMs, found.span.untilMs), [history, found]);
  const seq = useDerived(() => (view.selected.value?.kind === 'frame' ? view.selected.value.seq : null), [view]);
  const cone = useMemo(() => (seq === null ? null : coneOf(found.lines, seq)), [found, seq]);

  const onKey = (event: KeyboardEvent): void => {
    const next = toFrame(event.key, shapes, found, seq);
    if (next !== null) view.selected.value = { kind: 'frame', seq: next };
    else if (event.key === 'Enter' && seq !== null) select(store, { kind: 'frame', seq });
    else if (event.key === '+') onShorter();
    else if (event.key === '-') onLonger();
    else if (!event.key.startsWith('Arrow')) return;
    event.preventDefault();
  };
  const onClick = (event: MouseEvent): void => {
    const box = ref.current?.getBoundingClientRect();
    if (box === undefined) return;
    const [x, y] = [event.clientX - box.left, event.clientY - box.top];
    const line = lineAt(shapes, x, y, NEAR_PX);
    if (line !== null) select(store, { kind: 'frame', seq: line.seq });
    else lookAt(store, Math.max(found.span.fromMs, Math.min(found.span.untilMs, timeOf(plot, x))));
  };
  return (
    <>
      <div
        ref={ref}
        class="space-time-room"
        role="application"
        aria-label="Frames of this stretch: left and right go from one to the next, up to its cause, down to its answer, Enter opens its details, plus and minus choose a shorter or longer stretch"
        aria-describedby="line-words"
        tabIndex={0}
        onKeyDown={onKey}
        onClick={onClick}
      >
        {widthPx > 0 && <Drawing {...{ plot, shapes, cone, widthPx }} bands={bandsOf(marks, plot)} />}
      </div>
      <LineWords found={found} cone={cone} />
    </>
  );
}

interface DrawingProps {
  readonly plot: Plot;
  readonly shapes: readonly LineShape[];
  readonly bands: ReturnType<typeof bandsOf>;
  readonly cone: Cone | null;
  readonly widthPx: number;
}

function Drawing({ plot, shapes, bands, cone, widthPx }: DrawingProps) {
  const before = cone === null ? [] : shapes.filter(({ line }) => cone.before.has(line.seq));
  const after = cone === null ? [] : shapes.filter(({ line }) => cone.after.has(line.seq));
  const own = cone === null ? [] : shapes.filter(({ line }) => line.seq === cone.seq);
  return (
    <svg width={widthPx} height={plot.heightPx} viewBox={`0 0 ${widthPx} ${plot.heightPx}`} aria-hidden="true">
      <DiagramHeads />
      <DiagramGround plot={plot} />
      <g class="diagram-plot">
        {cone !== null && <ConeLanes plot={plot} cone={cone} />}
        <LinesGroup shapes={shapes} light={cone === null ? 'all' : 'dim'} />
        <LinesGroup shapes={before} light="before" />
        <LinesGroup shapes={after} light="after" />
        <LinesGroup shapes={own} light="own" />
      </g>
      <DiagramBands bands={bands} />
      <DiagramCursor plot={plot} />
    </svg>
  );
}

/** The frame that a key leads to; null when there is none. */
function toFrame(key: string, shapes: readonly LineShape[], found: SpaceTime, seq: number | null): number | null {
  const seqs = [...new Set(shapes.map(({ line }) => line.seq))];
  const at = seq === null ? -1 : seqs.indexOf(seq);
  switch (key) {
    case 'ArrowRight':
      return seqs[Math.min(seqs.length - 1, at + 1)] ?? null;
    case 'ArrowLeft':
      return seqs[at < 0 ? seqs.length - 1 : Math.max(0, at - 1)] ?? null;
    case 'Home':
      return seqs[0] ?? null;
    case 'End':
      return seqs.at(-1) ?? null;
  }
  const frame = seq === null ? undefined : found.frames.get(seq);
  if (frame === undefined) return null;
  const all = [...found.frames.values()];
  if (key === 'ArrowUp') return requestOf(frame.sample, all)?.sample.seq ?? null;
  return key === 'ArrowDown' ? (replyTo(frame.sample, all)?.sample.seq ?? null) : null;
}
