import type { PeerId } from '../../../../../shared/ids.ts';
import type { Status } from '../../../../../shared/messages/Status.ts';
import { electionTimerOf, timerRemainingMs } from '../aging.ts';
import { peerOf } from '../crown.ts';
import { agoText, durationText } from '../words.ts';
import type { Explanation, Reason } from './Explanation.ts';
import { isMajority, neededText, votersIn } from '../voters.ts';
import { type Facts, statusIn } from './Facts.ts';
import { lostVotes, noLeader, unknownOf } from './noLeader.ts';
import { obstacleBothWays, reachedBy, whyAway } from './reach.ts';
import { aboutPeer, distinct, explanation, listed, reason, verb } from './reasons.ts';
import { logsCompared, refusalReason, refusalsBefore, refusalsOf } from './refusals.ts';
import { RULES } from './rules.ts';
import type { RoleChange } from './Trail.ts';

/** Refusals that are older are of another story. */
const RECENT_MS = 30_000;

/** Why the leader leads: who voted for it, and since when. */
export function whyThisLeader(facts: Facts): Explanation {
  const { picture, trail } = facts;
  const id = picture.leader;
  const status = statusIn(facts, id);
  if (id === null || status === null) return noLeader(facts);
  const voters = votersIn(facts.picture);
  const votes = voters.all.filter((voter) => {
    const of = statusIn(facts, voter);
    return of?.term === status.term && of.votedFor === id;
  });
  const rose = trail
    .until(picture.relayTimeMs)
    .find(
      (past): past is RoleChange =>
        past.kind === 'role' && past.peer === id && past.to === 'leader' && past.after.term === status.term,
    );
  const since = rose === undefined ? '' : `, for ${agoText(picture.relayTimeMs - rose.atMs)} now`;
  const over = beaten(facts, id, status, votes);
  return explanation(
    `${id} leads term ${status.term}${since}: a majority voted for it in that term.`,
    [
      reason(
        votes.length === 0
          ? `no voter tells of its vote in term ${status.term} any more`
          : `${listed(votes)} ${verb(votes, 'tells', 'tell')} of a vote for ${id} in term ${status.term}; it takes ${neededText(voters)}`,
        voters.outgoing.length === 0 ? RULES.majority : RULES.joint,
        votes.map(aboutPeer),
      ),
      ...over,
      ...heldBy(facts, id, status),
    ],
    isMajority(voters, new Set(votes))
      ? []
      : ['Not every vote that it had is told: a voter that is away, or has gone on to another term, tells it no more.'],
  );
}

/** Those who could not have won against its voters. */
function beaten(facts: Facts, id: PeerId, status: Status, votes: readonly PeerId[]): Reason[] {
  return facts.picture.peers.flatMap(({ view }) => {
    const other = view.status;
    if (view.id === id || other === null || votes.includes(view.id)) return [];
    if (other.lastLogTerm > status.lastLogTerm || !isOlder(other, status)) return [];
    return [reason(logsCompared(id, status, view.id, other), RULES.restriction, [aboutPeer(view.id)])];
  });
}

function isOlder(one: Status, other: Status): boolean {
  return (one.lastLogTerm - other.lastLogTerm || one.lastLogIndex - other.lastLogIndex) < 0;
}

function heldBy(facts: Facts, id: PeerId, status: Status): Reason[] {
  const following = facts.picture.peers.filter(({ view }) => view.connected && view.leader === id && view.id !== id);
  if (following.length === 0) return [];
  const names = following.map(({ view }) => view.id);
  return [
    reason(
      `${listed(names)} ${verb(names, 'follows', 'follow')} it, and a heartbeat each ${durationText(status.heartbeatMs)} resets their election timers`,
      RULES.timers,
      names.map(aboutPeer),
    ),
  ];
}

/** Why a certain peer does not lead. */
export function notElected(facts: Facts, id: PeerId): Explanation {
  const { picture } = facts;
  const peer = peerOf(picture, id);
  const status = peer?.view.status ?? null;
  const away = whyAway(facts, id);
  if (peer === undefined || status === null)
    return explanation(`${id} has told nothing of itself.`, away === null ? [] : [away]);
  if (status.role === 'leader') return explanation(`${id} leads term ${status.term}.`, []);
  if (away !== null) return explanation(`${id} does not lead: it is not there.`, [away]);
  const voters = votersIn(facts.picture);
  if (!voters.all.includes(id)) {
    return explanation(`${id} does not lead: it is no voter.`, [
      reason(`the voters are ${listed(voters.all)}`, RULES.learners, [aboutPeer(id)]),
    ]);
  }
  const now = refusalsOf(facts, id);
  const before = refusalsBefore(facts, RECENT_MS).filter(
    ({ candidate, voter }) => candidate === id && !now.some((one) => one.voter === voter),
  );
  const reached = reachedBy(facts, id, voters.all, 'RequestVote');
  const beyond = voters.all.filter((voter) => !reached.has(voter));
  const cut = isMajority(voters, reached)
    ? []
    : [
        reason(
          `${id} does not reach ${listed(beyond)}, and it takes ${neededText(voters)}`,
          RULES.majority,
          [aboutPeer(id)],
          distinct(beyond.flatMap((voter) => obstacleBothWays(facts, id, voter, 'RequestVote') ?? [])),
        ),
      ];
  const isStanding = status.role === 'candidate' || status.role === 'preCandidate';
  const stays = isStanding ? [] : [following(facts, id, status)];
  return explanation(
    isStanding ? `${id} asks for votes and does not have enough of them.` : `${id} does not stand for election.`,
    [...stays, ...cut, ...now.map(refusalReason), ...newest(before).map(refusalReason), ...lostVotes(facts)],
    unknownOf(facts),
  );
}

function following({ picture, nowMs }: Facts, id: PeerId, status: Status): Reason {
  const peer = peerOf(picture, id);
  if (status.electionTimer?.reason === 'mayNotStand') {
    return reason(`${id} has priority 0: it votes, and never stands`, null, [aboutPeer(id)]);
  }
  const timer = peer === undefined ? null : electionTimerOf(peer);
  const left = peer === undefined || timer === null ? null : timerRemainingMs(peer, timer, nowMs);
  const when = left === null ? '' : `, and its election timer has ${durationText(left)} left`;
  return status.leader === null
    ? reason(`${id} follows nobody${when}`, RULES.election, [aboutPeer(id)])
    : reason(`${id} follows ${status.leader} in term ${status.term}${when}`, RULES.timers, [aboutPeer(status.leader)]);
}

/** The newest of each voter; they come newest first. */
function newest<Of extends { readonly voter: PeerId }>(refusals: readonly Of[]): readonly Of[] {
  return refusals.filter(({ voter }, at) => refusals.findIndex((other) => other.voter === voter) === at);
}

/** Whether a voter refused a candidate, and by which rule. */
export function refused(facts: Facts, voter: PeerId, candidate: PeerId): Explanation {
  const [newestOne] = [...refusalsOf(facts, candidate), ...refusalsBefore(facts, Infinity)].filter(
    (one) => one.voter === voter && one.candidate === candidate,
  );
  if (newestOne === undefined) {
    return explanation(
      `${candidate} has told of no refusal by ${voter}.`,
      [],
      ['Refusals that no status told, and those before this page was opened, are not known.'],
    );
  }
  const told = refusalReason(newestOne);
  const answer = voter === candidate ? `${voter} refused itself a vote.` : `${voter} refused ${candidate} its vote.`;
  return explanation(answer, [
    told,
    ...(newestOne.isPreVote
      ? [reason('nothing came of it: a pre-vote raises no term and gives no vote away', RULES.preVote)]
      : []),
  ]);
}
