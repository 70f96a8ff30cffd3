import { useRef } from 'preact/hooks';
import { useFrame } from '../../hooks/useFrame.ts';
import { useStore } from '../../hooks/useStore.ts';
import { FRAME_KINDS } from '../../model/frames/kinds.ts';
import { type Band, DIAGRAM_TOP_PX, type Plot, xOf } from '../../model/time/diagram.ts';
import { tickText, ticksOf } from '../../model/time/window.ts';
import { clockText } from '../../model/words.ts';

const TICKS_APART_PX = 110;

/** Arrowheads, full for requests and hollow for replies, and the patterns of roles. */
export function DiagramHeads() {
  return (
    <defs>
      {FRAME_KINDS.flatMap((kind) =>
        (['request', 'reply'] as const).map((way) => (
          <marker
            key={`${kind} ${way}`}
            id={`diagram-${kind}-${way}`}
            viewBox="0 0 8 8"
            refX="7"
            refY="4"
            markerWidth="7"
            markerHeight="7"
            markerUnits="userSpaceOnUse"
            orient="auto"
          >
            <path class="diagram-head" data-kind={kind} data-reply={way === 'reply'} d="M1 1L7 4L1 7Z" />
          </marker>
        )),
      )}
      <pattern id="diagram-hatch" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
        <rect class="diagram-hatch" width="2.5" height="6" />
      </pattern>
    </defs>
  );
}

/** Times and lanes. */
export function DiagramGround({ plot }: { readonly plot: Plot }) {
  const { leftPx, rightPx, heightPx, lanes, span } = plot;
  const { stepMs, atMs } = ticksOf(span, rightPx - leftPx, TICKS_APART_PX);
  return (
    <g>
      {atMs.map((time) => {
        const x = xOf(plot, time);
        return (
          <g key={time}>
            <path class="diagram-tick" d={`M${x.toFixed(1)} ${DIAGRAM_TOP_PX}V${heightPx - 20}`} />
            <text class="diagram-time" x={x} y={heightPx - 6}>
              {tickText(time, stepMs, clockText)}
            </text>
          </g>
        );
      })}
      {[...lanes].map(([id, y]) => (
        <g key={id}>
          <path class="diagram-lane" d={`M${leftPx} ${y}H${rightPx}`} />
          <text class="diagram-name" x={leftPx - 10} y={y + 5}>
            {id.length > 7 ? `${id.slice(0, 6)}…` : id}
          </text>
        </g>
      ))}
    </g>
  );
}

/** What peers were, and faults in force. */
export function DiagramBands({ bands }: { readonly bands: readonly Band[] }) {
  return (
    <g>
      {bands.map(({ key, x, y, width, heightPx, look, term, text }) => (
        <g key={key} class="diagram-band" data-look={look} data-term={term}>
          {look === 'away' ? (
            <path class="lane-away" d={`M${x.toFixed(1)} ${y + heightPx / 2}h${width.toFixed(1)}`} />
          ) : (
            <rect x={x} y={y} width={width} height={heightPx} rx={Math.min(3, width / 2)} />
          )}
          {(look === 'candidate' || look === 'preCandidate') && (
            <rect class="diagram-hatched" x={x} y={y} width={width} height={heightPx} />
          )}
          {text !== '' && (
            // On a hatched band nobody could read it.
            <text x={x + 4} y={look === 'candidate' ? y - 4 : y + heightPx / 2 + 4}>
              {text}
            </text>
          )}
        </g>
      ))}
    </g>
  );
}

/** The time that is drawn everywhere else. */
export function DiagramCursor({ plot }: { readonly plot: Plot }) {
  const { shownAtMs } = useStore();
  const line = useRef<SVGPathElement>(null);
  useFrame(() => {
    const atMs = shownAtMs();
    const isSeen = atMs >= plot.span.fromMs && atMs <= plot.span.untilMs;
    line.current?.setAttribute('transform', `translate(${isSeen ? xOf(plot, atMs).toFixed(1) : 0} 0)`);
    line.current?.setAttribute('visibility', isSeen ? 'visible' : 'hidden');
  });
  return <path ref={line} class="diagram-cursor" d={`M0 ${DIAGRAM_TOP_PX - 6}V${plot.heightPx - 20}`} />;
}
