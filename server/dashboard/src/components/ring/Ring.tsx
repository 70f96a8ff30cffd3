import type { PeerId } from '../../../../../shared/ids.ts';
import { captionSides } from '../../geometry/captions.ts';
import { anglesOf, layoutOf, pointAt, stretchesOf } from '../../geometry/ring.ts';
import { useGlidingAngles } from '../../hooks/useGlidingAngles.ts';
import { type Size, useSize } from '../../hooks/useSize.ts';
import { type Draft, type Groups, groupOf } from '../../model/groups.ts';
import type { Picture } from '../../model/Picture.ts';
import { Island } from './Island.tsx';
import { Links } from './Links.tsx';
import { PeerNode } from './PeerNode.tsx';

interface RingProps {
  readonly picture: Picture;
  readonly inForce: Groups;
  readonly draft: Draft | null;
  readonly nowMs: number;
  readonly onPeer: (peer: PeerId) => void;
}

/** Peers, links and groups on a stage that is as large as its element. */
export function Ring(props: RingProps) {
  const { ref, size } = useSize<HTMLDivElement>();
  return (
    <div class="ring" ref={ref}>
      {size !== null && size.width > 0 && <RingOfSize {...props} size={size} />}
    </div>
  );
}

function RingOfSize({ picture, inForce, draft, nowMs, onPeer, size }: RingProps & { readonly size: Size }) {
  const ids = picture.peers.map(({ view }) => view.id);
  const target = anglesOf(ids, inForce);
  const angles = useGlidingAngles(target);
  const { ring, nodeRadius: radius, captions, captionLinesMax } = layoutOf(size.width, size.height, ids.length);
  const places = new Map([...angles].map(([id, radians]) => [id, pointAt(ring, radians)]));
  const sides = captionSides(target);
  const isPartitioned = inForce.length > 1;
  return (
    <svg class="ring-svg" width={size.width} height={size.height} role="group" aria-label="Ring of peers">
      {isPartitioned &&
        stretchesOf(inForce, angles).map((stretch, index) => (
          <Island key={index} {...{ ring, stretch, radius }} group={index} />
        ))}
      <Links {...{ picture, inForce, places, radius, nowMs }} />
      {picture.peers.map((peer) => {
        const place = places.get(peer.view.id);
        if (place === undefined) return null;
        const now = isPartitioned ? groupOf(inForce, peer.view.id) : null;
        return (
          <PeerNode
            key={peer.view.id}
            {...{ peer, place, radius, nowMs, captionLinesMax }}
            caption={captions === 'below' ? 'below' : (sides.get(peer.view.id) ?? 'below')}
            group={now}
            draftGroup={draft?.get(peer.view.id) ?? null}
            onPress={() => onPeer(peer.view.id)}
          />
        );
      })}
    </svg>
  );
}
