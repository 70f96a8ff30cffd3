import type { PeerId } from '../../../../../shared/ids.ts';
import { useNow } from '../../hooks/useNow.ts';
import { useStore } from '../../hooks/useStore.ts';
import { electionTimerOf, timerRemainingMs } from '../../model/aging.ts';
import { connectionText, heardText, roleText } from '../../model/describePeer.ts';
import { crownOf, hollowText, peerOf } from '../../model/crown.ts';
import { lagOf } from '../../model/lag.ts';
import type { Picture, SeenPeer } from '../../model/Picture.ts';
import { countOf } from '../../model/votes.ts';
import { durationText, REFUSAL_WORDS, TIMER_REASON_WORDS } from '../../model/words.ts';
import { PeerControls } from '../break/PeerControls.tsx';
import { Json } from './Json.tsx';
import { LastChanges } from './LastChanges.tsx';
import { NewestFrames } from './NewestFrames.tsx';
import { SelectButton } from './SelectButton.tsx';

interface PeerDetailsProps {
  readonly picture: Picture;
  readonly id: PeerId;
}

/** One peer: what it says of itself and why, its votes, what changed last, its links and frames, and its JSON. */
export function PeerDetails({ picture, id }: PeerDetailsProps) {
  const { may } = useStore();
  const nowMs = useNow(250);
  const peer = peerOf(picture, id);
  if (peer === undefined) return <p class="hint">{id} is not among the peers of this cluster at that time.</p>;
  const { view } = peer;
  return (
    <>
      <h3>
        {id} <span class="muted">{roleText(peer)}</span>
      </h3>
      <Facts {...{ picture, peer, nowMs }} />
      <Votes peer={peer} />
      {may.value === 'everything' && <PeerControls {...{ picture, peer }} />}
      <LastChanges peer={id} />
      <section class="detail-part">
        <h4>Its links</h4>
        <div class="row">
          {picture.peers
            .filter(({ view: other }) => other.id !== id)
            .map(({ view: { id: other } }) => (
              <SelectButton key={other} selection={{ kind: 'link', from: id, to: other }} text={`to ${other}`} />
            ))}
        </div>
      </section>
      <NewestFrames sort={id} isMeant={({ from, to }) => from === id || to === id} />
      {view.status === null ? (
        <p class="hint">It has told no status yet.</p>
      ) : (
        <Json title="Its status, as it told it" text={JSON.stringify(view.status, null, 2)} isOpen={false} />
      )}
    </>
  );
}

interface FactsProps {
  readonly picture: Picture;
  readonly peer: SeenPeer;
  readonly nowMs: number;
}

function Facts({ picture, peer, nowMs }: FactsProps) {
  const { view } = peer;
  const timer = electionTimerOf(peer);
  const crown = crownOf(peer);
  const lag = lagOf(picture, view.id);
  const facts: (readonly [string, string])[] = [
    ['Term', view.term === null ? 'not told' : `${view.term}, voted for ${view.votedFor ?? 'nobody'}`],
    crown === null
      ? ['Follows', view.leader ?? 'nobody']
      : [
          'Leads',
          crown === 'full' ? 'yes: a majority hears it, so it can commit' : `so it believes; it ${hollowText(peer)}`,
        ],
    ...(timer === null
      ? []
      : [
          [
            'Timer',
            `${durationText(timerRemainingMs(peer, timer, nowMs))} left of ${durationText(timer.timeoutMs)}; last reset: ${TIMER_REASON_WORDS[timer.reason]}`,
          ] as const,
        ]),
    [
      'Log',
      `to ${view.lastLogIndex ?? 'not told'}, committed to ${view.commitIndex ?? 'not told'}, applied to ${view.lastApplied ?? 'not told'}`,
    ],
    ...(lag === null
      ? []
      : [
          [
            'Behind',
            lag === 0
              ? 'nothing that the leader knows of'
              : `${lag} ${lag === 1 ? 'entry' : 'entries'} behind ${picture.leader}`,
          ] as const,
        ]),
    ['Connection', view.connected ? `connected, heard ${heardText(peer, nowMs)}` : connectionText(peer, nowMs)],
  ];
  return (
    <dl class="facts">
      {facts.map(([name, text]) => (
        <>
          <dt key={name}>{name}</dt>
          <dd class="numbers">{text}</dd>
        </>
      ))}
    </dl>
  );
}

/** Each voter with its answer, and the reason of each refusal. */
function Votes({ peer }: { readonly peer: SeenPeer }) {
  const count = countOf(peer);
  if (count === null) return null;
  return (
    <section class="detail-part">
      <h4>
        {peer.view.role === 'preCandidate' ? 'Pre-votes' : 'Votes'}: {count.tally} needed
      </h4>
      <ul class="vote-list">
        {count.votes.map(({ voter, answer, refusal }) => (
          <li key={voter} data-answer={answer}>
            <b>{voter}</b>{' '}
            {answer === 'refused' && refusal !== null ? `refuses: ${REFUSAL_WORDS[refusal]}` : ANSWER_WORDS[answer]}
          </li>
        ))}
      </ul>
    </section>
  );
}

const ANSWER_WORDS = { granted: 'grants it', refused: 'refuses', pending: 'has not answered' } as const;
