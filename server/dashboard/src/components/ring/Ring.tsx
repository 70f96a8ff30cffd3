import type { ComponentChildren } from 'preact';
import { useMemo } from 'preact/hooks';
import { CAPTION_SIZE_MIN, roomCaptionSizeMin } from '../../geometry/captionSize.ts';
import { captionSides } from '../../geometry/captions.ts';
import { freeSides } from '../../geometry/labels.ts';
import { makeLayout } from '../../geometry/Layout.ts';
import { placesOf } from '../../geometry/places.ts';
import { anglesOf, stretchesOf } from '../../geometry/ring.ts';
import { useGlidingAngles } from '../../hooks/useGlidingAngles.ts';
import { type Size, useSize } from '../../hooks/useSize.ts';
import { useStore } from '../../hooks/useStore.ts';
import { shownRoleOf } from '../../model/describePeer.ts';
import { cutByRules } from '../../model/frames/cutByRules.ts';
import { litBy } from '../../model/frames/lit.ts';
import type { Draft, Groups } from '../../model/groups.ts';
import type { Picture } from '../../model/Picture.ts';
import { useSelectedFrame } from '../details/useSelectedFrame.ts';
import { Apart } from './Apart.tsx';
import { FlightsCanvas } from './FlightsCanvas.tsx';
import { Island } from './Island.tsx';
import { LayoutContext } from './layoutContext.ts';
import { Links } from './Links.tsx';
import { Peers } from './Peers.tsx';
import { toNextPeer } from './toNextPeer.ts';
import { useFlights } from './useFlights.ts';
import { useRingPointer } from './useRingPointer.ts';

interface RingProps {
  readonly picture: Picture;
  readonly inForce: Groups;
  readonly draft: Draft | null;
  readonly nowMs: number;
  /** Laid over it; it gets the layout by LayoutContext. */
  readonly children?: ComponentChildren;
}

/** Peers, links, groups and frames on a stage that is as large as its element. */
export function Ring(props: RingProps) {
  const { ref, size } = useSize<HTMLDivElement>();
  return (
    <div class="ring" ref={ref}>
      {size !== null && size.width > 0 && <RingOfSize {...props} size={size} />}
    </div>
  );
}

function RingOfSize({ picture, inForce, draft, nowMs, size, children }: RingProps & { readonly size: Size }) {
  const store = useStore();
  const sizeMin = store.view.look.value === 'projector' ? roomCaptionSizeMin(size.width) : CAPTION_SIZE_MIN;
  const learners = picture.peers.filter((peer) => shownRoleOf(peer) === 'learner').map(({ view }) => view.id);
  const onRing = picture.peers.map(({ view }) => view.id).filter((id) => !learners.includes(id));
  const groupsOnRing = inForce.map((group) => group.filter((id) => onRing.includes(id)));
  const target = anglesOf(
    onRing,
    groupsOnRing.filter((group) => group.length > 0),
  );
  const angles = useGlidingAngles(target);
  const apartKey = learners.join();
  const places = useMemo(
    () => placesOf(size, angles, learners, sizeMin),
    [size.width, size.height, angles, apartKey, sizeMin],
  );
  const layout = useMemo(() => makeLayout(size, places.peers), [places]);
  const air = useFlights();
  const pointer = useRingPointer(layout, air);
  const lit = litBy(store.view.selected.value, useSelectedFrame()?.sample ?? null);
  const hovered = litBy(store.view.hovered.value, null);
  const rules = store.network.value?.rules;
  const cuts = useMemo(() => cutByRules(rules ?? [], picture), [rules, picture.peers]);
  // By where the peers will stand: a caption that changes its side on the way could not be read.
  const resting = placesOf(size, target, learners, sizeMin);
  const sides = freeSides(resting.peers, captionSides(target), size, {
    lines: Math.min(2, resting.captionLinesMax),
    sizeMin,
  });
  const isPartitioned = inForce.length > 1;
  const { ring, nodeRadius: radius } = places;
  return (
    <LayoutContext.Provider value={layout}>
      <div
        class="ring-ground"
        data-hand={store.view.hand.value}
        {...pointer}
        onKeyDown={(event) => toNextPeer(event, angles, learners)}
      >
        <svg class="ring-svg" width={size.width} height={size.height} aria-hidden="true">
          {isPartitioned &&
            stretchesOf(groupsOnRing, angles).map(
              (stretch, index) =>
                groupsOnRing[index]?.length !== 0 && (
                  <Island key={index} {...{ ring, stretch, radius }} group={index} />
                ),
            )}
          {places.apart !== null && <Apart {...places.apart} count={learners.length} radius={radius} />}
          <Links {...{ picture, inForce, layout, nowMs, lit, hovered }} cuts={cuts} />
        </svg>
        {/* Under the peers, which a chord may have to pass. */}
        <FlightsCanvas {...{ layout, air }} nodeRadius={radius} />
        <svg class="ring-svg" width={size.width} height={size.height} role="group" aria-label="Ring of peers">
          <Peers {...{ picture, places, inForce, draft, nowMs, sides, learners, lit }} />
        </svg>
        {children}
      </div>
    </LayoutContext.Provider>
  );
}
