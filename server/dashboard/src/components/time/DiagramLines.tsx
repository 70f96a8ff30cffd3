import { useMemo } from 'preact/hooks';
import type { Cone } from '../../model/time/cone.ts';
import { type LineShape, type Plot, xOf } from '../../model/time/diagram.ts';

interface LinesGroupProps {
  readonly shapes: readonly LineShape[];
  /** How it stands to the selected frame; `all` when none is selected. */
  readonly light: 'all' | 'dim' | 'before' | 'after' | 'own';
}

const CROSS_PX = 3.5;

/** Frames from lane to lane, with the dashes and colours of their kinds. */
export function LinesGroup({ shapes, light }: LinesGroupProps) {
  const lines = useMemo(
    () => shapes.map((shape) => <LinePath key={`${shape.line.seq} ${shape.line.copy}`} shape={shape} />),
    [shapes],
  );
  return (
    <g class="diagram-lines" data-light={light}>
      {lines}
    </g>
  );
}

function LinePath({ shape }: { readonly shape: LineShape }) {
  const { line, x1, y1, x2, y2, end } = shape;
  const head = `url(#diagram-${line.kind}-${line.isReply ? 'reply' : 'request'})`;
  const path = `M${x1.toFixed(1)} ${y1}L${x2.toFixed(1)} ${y2.toFixed(1)}`;
  return (
    <>
      <path
        class="diagram-line"
        data-kind={line.kind}
        data-reply={line.isReply}
        data-held={line.isHeld}
        data-seq={line.seq}
        d={path}
        {...(end === 'arrow' ? { 'marker-end': head } : {})}
      />
      {(end === 'burst' || end === 'lostLate') && (
        <path
          class="diagram-lost"
          d={`M${(x2 - CROSS_PX).toFixed(1)} ${(y2 - CROSS_PX).toFixed(1)}l${2 * CROSS_PX} ${2 * CROSS_PX}m0 ${-2 * CROSS_PX}l${-2 * CROSS_PX} ${2 * CROSS_PX}`}
        />
      )}
      {end === 'lostLate' && <circle class="diagram-lost" cx={x2} cy={y2} r={6} />}
      {end === 'waits' && <circle class="diagram-waits" cx={x2} cy={y2} r={3} />}
    </>
  );
}

/** Of each lane, up to when it may have caused the selected frame (solid), and from when on be caused by it (dotted). */
export function ConeLanes({ plot, cone }: { readonly plot: Plot; readonly cone: Cone }) {
  const within = (atMs: number): number => Math.max(plot.leftPx, Math.min(plot.rightPx, xOf(plot, atMs)));
  return (
    <g>
      {[...plot.lanes].map(([id, y]) => {
        const before = cone.beforeUntilMs.get(id);
        const after = cone.afterFromMs.get(id);
        return (
          <g key={id}>
            {before !== undefined && (
              <path class="cone-before" d={`M${plot.leftPx} ${y}H${within(before).toFixed(1)}`} />
            )}
            {after !== undefined && <path class="cone-after" d={`M${within(after).toFixed(1)} ${y}H${plot.rightPx}`} />}
          </g>
        );
      })}
    </g>
  );
}
