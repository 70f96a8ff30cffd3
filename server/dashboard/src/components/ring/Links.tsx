import type { PeerId } from '../../../../../shared/ids.ts';
import { chordOf, strokeWidthOf } from '../../geometry/chord.ts';
import type { Point } from '../../geometry/ring.ts';
import { type Groups, isCut, isLinkCut } from '../../model/groups.ts';
import { linkKey, rateAt, SILENT } from '../../model/linkRate.ts';
import type { Picture, SeenPeer } from '../../model/Picture.ts';

interface LinksProps {
  readonly picture: Picture;
  readonly inForce: Groups;
  readonly places: ReadonlyMap<PeerId, Point>;
  readonly radius: number;
  readonly nowMs: number;
}

/** A faint line for every link, and over it, for each direction in use, a curve as heavy as its traffic. */
export function Links({ picture, inForce, places, radius, nowMs }: LinksProps) {
  const rim = radius * 1.34;
  const pairs = pairsOf(picture.peers);
  return (
    <g class="links" aria-hidden="true">
      {pairs.map(([one, other]) => {
        const [from, to] = [places.get(one.view.id), places.get(other.view.id)];
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
          const [from, to] = [places.get(sender.view.id), places.get(receiver.view.id)];
          const rate = rateAt(picture.links.get(key) ?? SILENT, nowMs);
          if (from === undefined || to === undefined) return null;
          return (
            <Direction
              key={key}
              {...{ from, to, rim }}
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
  readonly from: Point;
  readonly to: Point;
  readonly rim: number;
  readonly delivered: number;
  readonly dropped: number;
}

function Direction({ from, to, rim, delivered, dropped }: DirectionProps) {
  const chord = chordOf(from, to, rim, rim);
  if (chord === null || delivered + dropped < 0.3) return null;
  const isLosing = dropped > delivered;
  const width = strokeWidthOf(Math.max(delivered, dropped));
  const { x, y } = chord.middle;
  const turn = (chord.radians * 180) / Math.PI;
  return (
    <g class="traffic" data-losing={isLosing}>
      <path d={chord.path} stroke-width={width} />
      <g transform={`translate(${x.toFixed(1)} ${y.toFixed(1)}) rotate(${turn.toFixed(1)})`}>
        {isLosing ? <path class="lost-mark" d="M-5-5L5 5M-5 5L5-5" /> : <path class="arrow" d="M-4-5L4 0L-4 5" />}
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
