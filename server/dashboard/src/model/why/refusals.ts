import type { PeerId } from '../../../../../shared/ids.ts';
import type { Status } from '../../../../../shared/messages/Status.ts';
import type { VoteRefusal } from '../../../../../shared/messages/VoteRefusal.ts';
import { agoText } from '../words.ts';
import type { Reason } from './Explanation.ts';
import { type Facts, statusIn } from './Facts.ts';
import { aboutPeer, reason } from './reasons.ts';
import { REFUSAL_RULES } from './rules.ts';
import type { Refusal } from './Trail.ts';

/** A refusal that is told now, or was. */
export interface KnownRefusal {
  readonly voter: PeerId;
  readonly candidate: PeerId;
  readonly refusal: VoteRefusal;
  readonly isPreVote: boolean;
  /** Of the question. */
  readonly term: number;
  readonly asking: Status;
  readonly asked: Status | null;
  /** How long ago it was told; 0 while it still is. */
  readonly agoMs: number;
}

/** Refusals that a candidate tells of now. */
export function refusalsOf(facts: Facts, candidate: PeerId): readonly KnownRefusal[] {
  const asking = statusIn(facts, candidate);
  if (asking?.votes === undefined) return [];
  const isPreVote = asking.role === 'preCandidate';
  return asking.votes.refused.map(({ peer: voter, refusal }) => ({
    ...{ voter, candidate, refusal, isPreVote, asking, agoMs: 0 },
    term: isPreVote ? asking.term + 1 : asking.term,
    asked: statusIn(facts, voter),
  }));
}

/** Those that were told before, not longer ago than that; the newest first. */
export function refusalsBefore({ trail, picture }: Facts, withinMs: number): readonly KnownRefusal[] {
  return trail
    .until(picture.relayTimeMs)
    .filter((past): past is Refusal => past.kind === 'refused' && picture.relayTimeMs - past.atMs <= withinMs)
    .map((past) => ({ ...past, agoMs: picture.relayTimeMs - past.atMs }));
}

/** Who refused whom what, by which rule, and the numbers that were compared. */
export function refusalReason(known: KnownRefusal): Reason {
  const { voter, candidate, refusal, isPreVote, term, agoMs } = known;
  const what = isPreVote ? `a pre-vote for term ${term}` : `its vote of term ${term}`;
  const when = agoMs < 1000 ? '' : ` ${agoText(agoMs)} ago`;
  const who = voter === candidate ? `${voter} refused itself ${what}` : `${voter} refused ${candidate} ${what}`;
  return reason(`${who}${when}: ${compared(known)}`, REFUSAL_RULES[refusal], [aboutPeer(voter), aboutPeer(candidate)]);
}

function compared({ voter, candidate, refusal, term, asking, asked }: KnownRefusal): string {
  switch (refusal) {
    case 'staleTerm':
      return asked !== null && asked.term >= term
        ? `its own term ${asked.term} is not below the term ${term} that was asked for`
        : 'its own term is higher';
    case 'alreadyVoted':
      return asked?.votedFor != null && asked.term === term && asked.votedFor !== candidate
        ? `its vote of term ${term} is ${asked.votedFor === voter ? 'its own' : `${asked.votedFor}'s`} already`
        : `it gave its vote of term ${term} to another`;
    case 'logBehind':
      return logsCompared(voter, asked, candidate, asking);
    case 'leaderAlive':
      return livingLeader(voter, candidate, asked);
  }
}

/** The last entries of both, and which is newer by what. */
export function logsCompared(voter: PeerId, asked: Status | null, candidate: PeerId, asking: Status): string {
  const theirs = `${candidate}'s log ends with term ${asking.lastLogTerm}, index ${asking.lastLogIndex}`;
  if (asked === null) return `${theirs}, and ${voter}'s is newer`;
  const own = `${voter}'s with term ${asked.lastLogTerm}, index ${asked.lastLogIndex}`;
  if (asked.lastLogTerm > asking.lastLogTerm) return `${theirs}, ${own}: the later term wins`;
  if (asked.lastLogTerm === asking.lastLogTerm && asked.lastLogIndex > asking.lastLogIndex) {
    return `${theirs}, ${own}: of one term the longer log wins`;
  }
  return `${theirs}; ${voter}'s was newer then`;
}

function livingLeader(voter: PeerId, candidate: PeerId, asked: Status | null): string {
  const minimum = asked === null ? 'the minimum election timeout' : `${asked.electionTimeoutMsMin} ms`;
  if (asked?.role === 'leader') return `it leads itself`;
  const leader = asked?.leader ?? null;
  const heard = leader === null ? 'it heard a leader' : `it heard its leader ${leader}`;
  const own = voter === candidate ? ', whose lease it has promised to respect' : '';
  return `${heard} less than ${minimum} before${own}`;
}
