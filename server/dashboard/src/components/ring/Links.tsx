import { type Chord, strokeWidthOf } from '../../geometry/chord.ts';
import type { Layout } from '../../geometry/Layout.ts';
import type { Point } from '../../geometry/ring.ts';
import type { Lit } from '../../model/frames/lit.ts';
import { type Groups, isCut, isLinkCut } from '../../model/groups.ts';
import { linkKey, rateAt, SILENT } from '../../model/linkRate.ts';
import type { Picture, SeenPeer } from '../../model/Picture.ts';

interface LinksProps {
  readonly picture: Picture;
  readonly inForce: Groups;
  readonly layout: Layout;
  readonly nowMs: number;
  /** What is selected, and what the pointer is on. */
  readonly lit: Lit;
  readonly hovered: Lit;
  /** Directions in which a rule lets nothing pass, by `linkKey`. */
  readonly cuts: ReadonlySet<string>;
}

/** A faint line for every link, and over it, for each direction in use, a curve as heavy as its traffic. */
export function Links({ picture, inForce, layout, nowMs, lit, hovered, cuts }: LinksProps) {
  const pairs = pairsOf(picture.peers);
  return (
    <g class="links" aria-hidden="true">
      {pairs.map(([one, other]) => {
        const [from, to] = [layout.peers.get(one.view.id), layout.peers.get(other.view.id)];
        if (from === undefined || to === undefined) return null;
        const state = stateOf(
          one,
          other,
          isCut(inForce, one.view.id, other.view.id) || isLinkCut(picture.partition, one.view.id, other.view.id),
        );
        return <Pair key={linkKey(one.view.id, other.view.id)} {...{ from, to, state }} />;
      })}
      {pairs.flatMap(([one, other]) =>
        [[one, other] as const, [other, one] as const].map(([sender, receiver]) => {
          const key = linkKey(sender.view.id, receiver.view.id);
          const chord = layout.chord(sender.view.id, receiver.view.id);
          const rate = rateAt(picture.links.get(key) ?? SILENT, nowMs);
          if (chord === null) return null;
          return (
            <Direction
              key={key}
              chord={chord}
              isCut={cuts.has(key)}
              light={lit.links.has(key) ? 'selected' : hovered.links.has(key) ? 'hovered' : null}
              delivered={rate.deliveredPerSecond}
              dropped={rate.droppedPerSecond}
            />
          );
        }),
      )}
    </g>
  );
}

type LinkState = 'open' | 'cut' | 'away';

interface PairProps {
  readonly from: Point;
  readonly to: Point;
  readonly state: LinkState;
}

function Pair({ from, to, state }: PairProps) {
  return <line class="link" data-state={state} x1={from.x} y1={from.y} x2={to.x} y2={to.y} />;
}

interface DirectionProps {
  readonly chord: Chord;
  readonly isCut: boolean;
  readonly light: 'selected' | 'hovered' | null;
  readonly delivered: number;
  readonly dropped: number;
}

function Direction({ chord, isCut: isCutByRule, light, delivered, dropped }: DirectionProps) {
  const isSilent = delivered + dropped < 0.3;
  if (isCutByRule) return <CutDirection chord={chord} light={light} />;
  if (light === null && isSilent) return null;
  if (isSilent) return <path class="lit-link" data-light={light} d={chord.path} />;
  const isLosing = dropped > delivered;
  const width = strokeWidthOf(Math.max(delivered, dropped));
  const { x, y } = chord.middle;
  const turn = (chord.radians * 180) / Math.PI;
  return (
    <g class="traffic" data-losing={isLosing}>
      {light !== null && <path class="lit-link" data-light={light} d={chord.path} />}
      <path d={chord.path} stroke-width={width} />
      <g transform={`translate(${x.toFixed(1)} ${y.toFixed(1)}) rotate(${turn.toFixed(1)})`}>
        {isLosing ? <path class="lost-mark" d="M-5-5L5 5M-5 5L5-5" /> : <path class="arrow" d="M-4-5L4 0L-4 5" />}
      </g>
    </g>
  );
}

/** One that scissors have cut: it stays to be seen, whether or not somebody sends. */
function CutDirection({ chord, light }: Pick<DirectionProps, 'chord' | 'light'>) {
  const { x, y } = chord.middle;
  const turn = (chord.radians * 180) / Math.PI;
  return (
    <g class="ruled-out">
      {light !== null && <path class="lit-link" data-light={light} d={chord.path} />}
      <path d={chord.path} />
      <g transform={`translate(${x.toFixed(1)} ${y.toFixed(1)}) rotate(${turn.toFixed(1)})`}>
        <path class="lost-mark" d="M-5-5L5 5M-5 5L5-5" />
        <path class="cut-arrow" d="M9-4L13 0L9 4" />
      </g>
    </g>
  );
}

function stateOf(one: SeenPeer, other: SeenPeer, cut: boolean): LinkState {
  if (!one.view.connected || !other.view.connected) return 'away';
  return cut ? 'cut' : 'open';
}

function pairsOf(peers: readonly SeenPeer[]): (readonly [SeenPeer, SeenPeer])[] {
  return peers.flatMap((one, index) => peers.slice(index + 1).map((other) => [one, other] as const));
}
