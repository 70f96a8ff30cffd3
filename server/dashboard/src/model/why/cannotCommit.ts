import type { PeerId } from '../../../../../shared/ids.ts';
import type { Status } from '../../../../../shared/messages/Status.ts';
import { agedMs, heardMsAgo } from '../aging.ts';
import { crownOf, hollowText, peerOf } from '../crown.ts';
import type { SeenPeer } from '../Picture.ts';
import { durationText } from '../words.ts';
import type { Explanation, Reason } from './Explanation.ts';
import { neededText } from '../voters.ts';
import { type Facts, isConnected } from './Facts.ts';
import { unknownOf } from './noLeader.ts';
import { obstacleBothWays, whyAway } from './reach.ts';
import { aboutPeer, explanation, listed, reason } from './reasons.ts';
import { RULES } from './rules.ts';

/** Why a leader's crown is hollow. */
export function cannotCommit(facts: Facts, id: PeerId): Explanation {
  const peer = peerOf(facts.picture, id);
  const status = peer?.view.status ?? null;
  if (peer === undefined || status === null) return explanation(`${id} has told nothing of itself.`, []);
  if (status.role !== 'leader') return explanation(`${id} does not lead, so it commits nothing by itself.`, []);
  if (crownOf(peer) === 'full') {
    return explanation(`${id} can commit: it heard from a majority within ${status.electionTimeoutMsMin} ms.`, []);
  }
  const away = whyAway(facts, id);
  if (status.canCommit) {
    const believes = `${id} believes that it leads term ${status.term}, and ${hollowText(peer)}.`;
    const reasons = [...(away === null ? [] : [away]), ...silenceOf(peer, status, facts), ...beyondItsTerm(facts, id)];
    return explanation(believes, reasons, unknownOf(facts));
  }
  const voters = {
    now: status.voters,
    outgoing: status.votersOutgoing,
    all: [...new Set([...status.voters, ...status.votersOutgoing])],
  };
  const silent = (status.progress ?? [])
    .filter(({ peer: other, heardMsAgo }) => voters.all.includes(other) && heardMsAgo > status.electionTimeoutMsMin)
    .map(({ peer: other, heardMsAgo }) => ({ peer: other, heardMsAgo: agedMs(peer, heardMsAgo, facts.nowMs) }));
  return explanation(
    `${id} believes that it leads term ${status.term}, and can commit nothing: it does not hear ${neededText(voters)}.`,
    [
      ...(away === null ? [] : [away]),
      reason(
        `${id} did not hear a majority within ${status.electionTimeoutMsMin} ms, the shortest election timeout: another may be elected`,
        RULES.replication,
        [aboutPeer(id)],
        silences(facts, id, silent),
      ),
      ...beyondItsTerm(facts, id),
      status.checkQuorum
        ? reason(
            `${id} steps down by itself when it has heard no majority for ${status.electionTimeoutMsMax} ms`,
            RULES.checkQuorum,
          )
        : reason(`CheckQuorum is off, so ${id} goes on believing until it hears of a higher term`, RULES.checkQuorum),
    ],
    unknownOf(facts),
  );
}

/** Nothing came from a leader that sends heartbeats all the time. */
function silenceOf(peer: SeenPeer, { heartbeatMs }: Status, { nowMs }: Facts): Reason[] {
  const heardAgoMs = heardMsAgo(peer, nowMs);
  if (peer.doubt !== 'silent' || heardAgoMs === null) return [];
  const { id } = peer.view;
  const text = `the relay has heard nothing of ${id} for ${durationText(heardAgoMs)}, and a leader sends something each ${durationText(heartbeatMs)}`;
  return [reason(text, RULES.election, [aboutPeer(id)])];
}

/** Whom a leader has not heard, and for how long. */
export interface Silent {
  readonly peer: PeerId;
  readonly heardMsAgo: number | null;
}

/** Those whom one and the same thing keeps from it stand in one sentence. */
export function silences(facts: Facts, leader: PeerId, silent: readonly Silent[]): readonly Reason[] {
  const by = new Map<string, { readonly keeps: Reason | null; readonly of: Silent[] }>();
  for (const one of silent) {
    const keeps = obstacleBothWays(facts, leader, one.peer, 'AppendEntries');
    const known = by.get(keeps?.text ?? '');
    if (known === undefined) by.set(keeps?.text ?? '', { keeps, of: [one] });
    else known.of.push(one);
  }
  return [...by.values()].map(({ keeps, of }) => {
    const least = Math.min(...of.map(({ heardMsAgo }) => heardMsAgo ?? Infinity));
    const since = Number.isFinite(least) ? `nothing for ${durationText(least)}` : 'nothing yet';
    const names = of.map(({ peer }) => peer);
    const text = `${leader} has heard ${since} from ${listed(names)}`;
    return reason(text, null, names.map(aboutPeer), keeps === null ? [] : [keeps]);
  });
}

/** Terms above a leader's own, of which it does not know: its reign is over. */
export function beyondItsTerm(facts: Facts, id: PeerId): Reason[] {
  const { picture } = facts;
  const own = peerOf(picture, id)?.view.term ?? 0;
  const higher = picture.peers.filter(({ view }) => view.id !== id && (view.term ?? 0) > own);
  const leader = higher.find(({ view }) => view.role === 'leader' && isConnected(facts, view.id));
  if (leader !== undefined) {
    const text = `${leader.view.id} leads term ${leader.view.term ?? 0} already, and ${id} in term ${own} has not heard of it`;
    return [reason(text, RULES.terms, [aboutPeer(leader.view.id)])];
  }
  if (higher.length === 0) return [];
  const names = higher.map(({ view }) => `${view.id} (term ${view.term ?? 0})`);
  return [
    reason(
      `${listed(names)} ${names.length === 1 ? 'is' : 'are'} in a higher term than ${id} (term ${own})`,
      RULES.terms,
      higher.map(({ view }) => aboutPeer(view.id)),
    ),
  ];
}
