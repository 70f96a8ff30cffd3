import { useMemo } from 'preact/hooks';
import { useDerived } from '../../hooks/useDerived.ts';
import { useNow } from '../../hooks/useNow.ts';
import { usePartition } from '../../hooks/usePartition.ts';
import { useStore } from '../../hooks/useStore.ts';
import { headlineOf } from '../../model/headline.ts';
import { groupName, type Groups } from '../../model/groups.ts';
import { rateAt } from '../../model/linkRate.ts';
import { onRing } from '../../model/onRing.ts';
import type { Picture } from '../../model/Picture.ts';
import { CrownIcon } from '../CrownIcon.tsx';
import { RingGestures } from '../break/RingGestures.tsx';
import { Legend } from '../ring/Legend.tsx';
import { Ring } from '../ring/Ring.tsx';
import { PeerList } from './PeerList.tsx';

/** Holds the line open, so that the ring does not jump when there is something to say. */
const NO_BREAK_SPACE = '\u00a0';

/** Of one group, in the headline. */
const NAMED_MAX = 20;

/** The state of the cluster in a headline, and the ring. */
export function Stage() {
  const { picture: shown, view, link, may } = useStore();
  const nowMs = useNow(250);
  const { inForce } = usePartition();
  const isOld = useDerived(() => view.mode.value.kind === 'live' && link.value.isStale, [view, link]);
  const picture = shown.value;
  const ringed = useMemo(() => (picture === null ? null : onRing(picture)), [picture]);
  if (picture === null || ringed === null) return null;
  const { crown, title, detail } = headlineOf(picture);
  return (
    <section class="card stage" aria-label="The cluster">
      <div class="headline">
        <h2 data-crown={crown ?? 'none'}>
          {crown !== null && <CrownIcon kind={crown} size={26} />}
          {title}
        </h2>
        <PartitionFact {...{ inForce, picture }} />
        <FaultsFact picture={picture} />
        {ringed !== picture && (
          <p class="fact">{`${ringed.peers.length} of ${picture.peers.length} peers on the ring; the table has all`}</p>
        )}
        <p class="detail">{isOld ? 'as it was when the relay was last heard' : detail || NO_BREAK_SPACE}</p>
        <TrafficFact picture={picture} nowMs={nowMs} />
      </div>
      <Ring {...{ inForce, nowMs }} picture={ringed} draft={view.draft.value}>
        {may.value === 'everything' && <RingGestures inForce={inForce} />}
      </Ring>
      <PeerList picture={ringed} nowMs={nowMs} />
      <Legend />
    </section>
  );
}

function PartitionFact({ inForce, picture }: { readonly inForce: Groups; readonly picture: Picture }) {
  const { shape, cuts = [], absences = [] } = picture.partition ?? {};
  const name = shape === undefined ? '' : ` (${shape})`;
  if (inForce.length < 2 && cuts.length > 0) {
    const links = cuts.map(([from, to]) => `${from} to ${to}`);
    return <p class="fact is-cut">{`partitioned${name}: cut from ${links.join(', ')}`}</p>;
  }
  if (inForce.length < 2 && absences.length > 0) {
    const lost = picture.peers.filter(({ view }) => view.isLost === true).map(({ view }) => view.id);
    const now = lost.length === 0 ? 'none away now' : `away now: ${lost.join(', ')}`;
    const all = absences.map(({ id }) => id).join(', ');
    return <p class="fact is-cut">{`partitioned${name}: ${all} in turn, ${now}`}</p>;
  }
  if (inForce.length < 2) return <p class="fact">network whole</p>;
  return (
    <p class="fact is-cut">
      {`partitioned${name} `}
      {inForce.map((group, index) => (
        <span key={index} class="group-words" data-group={index % 6}>
          <b>{groupName(index)}</b> {fewOf(group)}
        </span>
      ))}
    </p>
  );
}

function fewOf(ids: readonly string[]): string {
  const left = ids.length - NAMED_MAX;
  return left > 0 ? `${ids.slice(0, NAMED_MAX).join(' ')} and ${left} more` : ids.join(' ');
}

/** Faults besides the partition, by name: there is nothing to see of a rule until it strikes. */
function FaultsFact({ picture }: { readonly picture: Picture }) {
  const { profile, rules } = picture.faults;
  const facts = [
    ...(profile === 'reliable' ? [] : [`network ${profile}`]),
    ...(rules.length === 0 ? [] : [`${rules.length === 1 ? 'rule' : 'rules'} ${rules.join(', ')}`]),
  ];
  return facts.length === 0 ? null : <p class="fact is-cut">{facts.join('; ')}</p>;
}

function TrafficFact({ picture, nowMs }: { readonly picture: Picture; readonly nowMs: number }) {
  let delivered = 0;
  let dropped = 0;
  for (const link of picture.links.values()) {
    const rate = rateAt(link, nowMs);
    delivered += rate.deliveredPerSecond;
    dropped += rate.droppedPerSecond;
  }
  return (
    <p class="fact numbers">
      {`${Math.round(delivered)} frames/s delivered`}
      {dropped >= 0.5 ? <span class="is-cut">{`, ${Math.round(dropped)}/s dropped`}</span> : null}
    </p>
  );
}
