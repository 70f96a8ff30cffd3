import type { PeerId } from '../../../../../shared/ids.ts';
import { agedMs } from '../aging.ts';
import { crownOf, peerOf } from '../crown.ts';
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
