import type { CaptionSide } from '../../geometry/captions.ts';
import type { Point } from '../../geometry/ring.ts';
import { bodyOf } from '../../geometry/shapes.ts';
import { crownOf } from '../../model/crown.ts';
import { sentenceOf, shownRoleOf } from '../../model/describePeer.ts';
import type { SeenPeer } from '../../model/Picture.ts';
import { countOf } from '../../model/votes.ts';
import { Caption } from './Caption.tsx';
import { Crown } from './Crown.tsx';
import { GroupBadge } from './GroupBadge.tsx';
import { PeerButton } from './PeerButton.tsx';
import { TermBand } from './TermBand.tsx';
import { TermPill } from './TermPill.tsx';
import { TimerArc } from './TimerArc.tsx';
import { VotePips } from './VotePips.tsx';

/** The least size of a term's text, over that of captions. */
const PILL_SIZE = 0.75;

interface PeerNodeProps {
  readonly peer: SeenPeer;
  readonly place: Point;
  /** Of its body, in CSS pixels. */
  readonly radius: number;
  readonly nowMs: number;
  readonly caption: CaptionSide;
  readonly captionLinesMax: number;
  readonly captionSizeMin: number;
  /** Its group in force; null while the network is whole. */
  readonly group: number | null;
  /** Its group in the partition being put together; null when there is none. */
  readonly draftGroup: number | null;
  /** How many entries it is behind the leader; null where that is not told. */
  readonly lag: number | null;
  /** It is selected, or what is selected concerns it. */
  readonly isLit: boolean;
  readonly onPress: () => void;
}

/** One peer: role by shape, colour and word; term, election timer, votes, crown, group. */
export function PeerNode({ peer, place, radius, nowMs, group, draftGroup, isLit, onPress, ...rest }: PeerNodeProps) {
  const { view } = peer;
  const role = shownRoleOf(peer);
  const crown = crownOf(peer);
  const votes = countOf(peer);
  const fontSize = Math.max(11, radius * 0.46);
  const letter = draftGroup ?? group;
  return (
    <g
      class="peer"
      data-peer={view.id}
      data-lit={isLit}
      transform={`translate(${place.x.toFixed(2)} ${place.y.toFixed(2)})`}
    >
      <PeerButton label={sentenceOf(peer, nowMs)} isSelected={isLit} {...{ radius, onPress }} />
      <g
        class="figure"
        data-role={role ?? 'unknown'}
        data-connected={view.connected}
        data-crown={crown ?? 'none'}
        aria-hidden="true"
      >
        <TimerArc peer={peer} radius={radius * 1.28} />
        <TermBand term={view.term} radius={radius} />
        <path class="body" d={bodyOf(role, radius * 0.94)} />
        <text class="peer-id" y={fontSize * 0.35} font-size={shrunk(fontSize, view.id, radius)}>
          {view.id}
        </text>
        <TermPill term={view.term} radius={radius} sizeMin={rest.captionSizeMin * PILL_SIZE} />
        {crown !== null && <Crown kind={crown} radius={radius} />}
        {votes !== null && <VotePips count={votes} radius={radius} />}
        {letter !== null && (
          <GroupBadge group={letter} isDraft={draftGroup !== null && draftGroup !== group} radius={radius} />
        )}
        <Caption
          {...{ peer, radius, nowMs }}
          lag={rest.lag}
          side={rest.caption}
          linesMax={rest.captionLinesMax}
          sizeMin={rest.captionSizeMin}
        />
      </g>
    </g>
  );
}

/** Ids may have 64 letters; what does not fit is drawn smaller, down to a limit that still can be read. */
function shrunk(fontSize: number, text: string, radius: number): number {
  return Math.max(8, Math.min(fontSize, (radius * 2.6) / text.length));
}
