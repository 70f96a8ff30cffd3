import type { PeerId } from '../../../../../shared/ids.ts';
import type { CaptionSide } from '../../geometry/captions.ts';
import type { Places } from '../../geometry/places.ts';
import { useStore } from '../../hooks/useStore.ts';
import type { Lit } from '../../model/frames/lit.ts';
import { type Draft, type Groups, groupOf } from '../../model/groups.ts';
import { lagOf } from '../../model/lag.ts';
import type { Picture } from '../../model/Picture.ts';
import { pressPeer } from '../break/pressPeer.ts';
import { select } from '../details/select.ts';
import { PeerNode } from './PeerNode.tsx';

interface PeersProps {
  readonly picture: Picture;
  readonly places: Places;
  readonly inForce: Groups;
  readonly draft: Draft | null;
  readonly nowMs: number;
  /** Of their captions; null where there is no room for one. */
  readonly sides: ReadonlyMap<PeerId, CaptionSide | null>;
  /** Those that stand apart. */
  readonly learners: readonly PeerId[];
  readonly lit: Lit;
}

/** Every peer at its place. */
export function Peers({ picture, places, inForce, draft, nowMs, sides, learners, lit }: PeersProps) {
  const store = useStore();
  const isPartitioned = inForce.length > 1;
  return (
    <>
      {picture.peers.map((peer) => {
        const { id } = peer.view;
        const place = places.peers.get(id);
        if (place === undefined) return null;
        const isApart = learners.includes(id);
        return (
          <PeerNode
            key={id}
            {...{ peer, place, nowMs }}
            radius={place.radius}
            captionLinesMax={
              isApart ? 2 : sides.get(id) === null && places.captions === 'beside' ? 0 : places.captionLinesMax
            }
            captionSizeMin={places.captionSizeMin}
            caption={isApart || places.captions === 'below' ? 'below' : (sides.get(id) ?? 'below')}
            lag={isApart ? lagOf(picture, id) : null}
            group={isPartitioned ? groupOf(inForce, id) : null}
            draftGroup={draft?.get(id) ?? null}
            isLit={lit.peers.has(id)}
            onPress={() => pressPeer(store, id, () => select(store, { kind: 'peer', id }))}
          />
        );
      })}
    </>
  );
}
