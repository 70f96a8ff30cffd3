import type { PeerId } from '../../../../../shared/ids.ts';
import { electionTimerOf, timerRemainingMs } from '../aging.ts';
import { crownOf, hollowText, peerOf } from '../crown.ts';
import { shownRoleOf } from '../describePeer.ts';
import { countOf } from '../votes.ts';
import { durationText } from '../words.ts';
import type { Explanation, Reason } from './Explanation.ts';
import { isLostByRule, LOSS_CAUSES } from './lossCauses.ts';
import { isMajority, neededText, votersIn, type Voters } from '../voters.ts';
import { type Facts, statusIn } from './Facts.ts';
import { obstacleBothWays, reachedBy, whyAway } from './reach.ts';
import { aboutPeer, counted, distinct, explanation, listed, reason, verb } from './reasons.ts';
import { type KnownRefusal, refusalReason, refusalsBefore, refusalsOf } from './refusals.ts';
import { RULES } from './rules.ts';
import type { LostFrame } from './Trail.ts';

/** Older refusals and losses say nothing about the election that is on. */
const RECENT_MS = 5000;
const REASONS_MAX = 8;

/** Why nobody leads, from what settles it to what merely delays it. */
export function noLeader(facts: Facts): Explanation {
  const { picture } = facts;
  const leader = peerOf(picture, picture.leader);
  if (leader !== undefined) {
    const { id, term } = leader.view;
    const canCommit = crownOf(leader) === 'full';
    const rest = canCommit ? '' : `, but it ${hollowText(leader)}`;
    return explanation(`There is a leader: ${id} leads term ${term ?? picture.term}${rest}.`, []);
  }
  const voters = votersIn(facts.picture);
  if (voters.all.length === 0) return explanation('Nobody leads: no peer has told who votes.', []);
  return tooFew(facts, voters) ?? apart(facts, voters) ?? electing(facts, voters);
}

/** Not enough are there at all. */
function tooFew(facts: Facts, voters: Voters): Explanation | null {
  const away = voters.all.flatMap((id) => whyAway(facts, id) ?? []);
  const there = new Set(voters.all.filter((id) => whyAway(facts, id) === null));
  if (isMajority(voters, there)) return null;
  const who = there.size === 0 ? 'none is there' : `only ${listed([...there])} ${verb([...there], 'is', 'are')} there`;
  return explanation(`Nobody can lead: that takes the votes of ${neededText(voters)}, and ${who}.`, [
    reason(`a majority of the voters is missing`, ruleOf(voters), [], away),
  ]);
}

/** They are there, and nobody reaches enough of them both ways. */
function apart(facts: Facts, voters: Voters): Explanation | null {
  const reached = voters.all.map((id) => ({ id, set: reachedBy(facts, id, voters.all, 'RequestVote') }));
  if (reached.some(({ set }) => isMajority(voters, set))) return null;
  const best = reached.reduce((most, one) => (one.set.size > most.set.size ? one : most), {
    id: voters.all[0] ?? ('' as PeerId),
    set: new Set<PeerId>(),
  });
  const beyond = voters.all.filter((id) => !best.set.has(id));
  const others = [...best.set].filter((id) => id !== best.id);
  const most =
    others.length === 0
      ? `no voter reaches any other`
      : `the most that one reaches is ${best.set.size}: ${best.id} with ${listed(others)}`;
  return explanation(`Nobody can lead: that takes the votes of ${neededText(voters)}, and ${most}.`, [
    ...split(facts, voters),
    reason(
      `${best.id} cannot get the votes of ${listed(beyond)}`,
      ruleOf(voters),
      [aboutPeer(best.id)],
      distinct(beyond.flatMap((id) => obstacleBothWays(facts, best.id, id, 'RequestVote') ?? [])),
    ),
    ...waiting(facts),
  ]);
}

/** An election is possible: how it stands. */
function electing(facts: Facts, voters: Voters): Explanation {
  const standing = facts.picture.peers.filter((peer) => {
    const role = shownRoleOf(peer);
    return peer.view.connected && (role === 'candidate' || role === 'preCandidate');
  });
  const reasons = [
    ...split(facts, voters),
    ...standing.flatMap((peer) => candidacy(facts, peer.view.id)),
    ...(standing.length > 0 ? [] : earlier(facts)),
    ...lostVotes(facts),
    ...(standing.length > 0 ? [] : waiting(facts)),
  ].slice(0, REASONS_MAX);
  const names = standing.map(({ view }) => view.id);
  const answer =
    names.length === 0
      ? 'Nobody leads: the voters wait for an election timer to run out.'
      : `Nobody leads yet: ${listed(names)} ${verb(names, 'asks', 'ask')} for votes.`;
  return explanation(answer, reasons, unknownOf(facts));
}

/** In the newest term the votes are spread, and nobody has enough. */
function split(facts: Facts, voters: Voters): Reason[] {
  const { term } = facts.picture;
  const votes = new Map<PeerId, PeerId[]>();
  for (const voter of voters.all) {
    const status = statusIn(facts, voter);
    if (status?.term !== term || status.votedFor === null) continue;
    votes.set(status.votedFor, [...(votes.get(status.votedFor) ?? []), voter]);
  }
  if (votes.size < 2 || [...votes.values()].some((by) => isMajority(voters, new Set(by)))) return [];
  const told = [...votes].map(([id, by]) => `${id} has the ${by.length === 1 ? 'vote' : 'votes'} of ${listed(by)}`);
  return [
    reason(
      `the votes of term ${term} are split: ${told.join('; ')}; it takes ${neededText(voters)}`,
      RULES.splitVote,
      [...votes.keys()].map(aboutPeer),
    ),
  ];
}

function candidacy(facts: Facts, id: PeerId): Reason[] {
  const peer = peerOf(facts.picture, id);
  const count = peer === undefined ? null : countOf(peer);
  if (peer === undefined || count === null) return [];
  const isPreVote = peer.view.role === 'preCandidate';
  const pending = count.votes.filter(({ answer }) => answer === 'pending').map(({ voter }) => voter);
  const silent = pending.flatMap((voter) => {
    const why = obstacleBothWays(facts, id, voter, isPreVote ? 'PreVote' : 'RequestVote');
    return why === null ? [] : [reason(`${voter} has not answered ${id}`, null, [aboutPeer(voter)], [why])];
  });
  const what = isPreVote ? 'pre-votes' : `votes of term ${peer.view.term ?? 0}`;
  return [
    reason(
      `${id} has ${count.tally} ${what} that it needs`,
      isPreVote ? RULES.preVote : RULES.majority,
      [aboutPeer(id)],
      [...refusalsOf(facts, id).map(refusalReason), ...silent],
    ),
  ];
}

/** Refusals of the last seconds, of elections that came to nothing: the newest of each voter and candidate. */
function earlier(facts: Facts): Reason[] {
  const refusals = refusalsBefore(facts, RECENT_MS);
  const isNewest = (at: number, { voter, candidate }: KnownRefusal): boolean =>
    refusals.findIndex((other) => other.voter === voter && other.candidate === candidate) === at;
  return refusals.filter((one, at) => isNewest(at, one)).map(refusalReason);
}

const VOTE_FRAMES = /^(?:PreVote|RequestVote)(?:Reply)?$/;

function causeText({ cause }: LostFrame): string {
  return cause === null ? 'cause: not told' : LOSS_CAUSES[cause];
}

/** Frames of this election that got lost, by what lost them. */
export function lostVotes({ trail, picture }: Facts): Reason[] {
  const since = picture.relayTimeMs - RECENT_MS;
  const lost = trail.lostUntil(picture.relayTimeMs).filter(({ atMs, type }) => atMs >= since && VOTE_FRAMES.test(type));
  const by = new Map<string, typeof lost>();
  for (const frame of lost) {
    const what = isLostByRule(frame) ? `rule ${frame.strikes.join(', ')}` : causeText(frame);
    by.set(what, [...(by.get(what) ?? []), frame]);
  }
  return [...by].map(([what, frames]) =>
    reason(
      `${counted(frames.length, 'vote frame was', 'vote frames were')} lost in the last 5 s (${what})`,
      RULES.network,
      frames.slice(0, 3).map(({ seq }) => ({ kind: 'frame', seq })),
    ),
  );
}

/** Whose timer runs out next. */
function waiting({ picture, nowMs }: Facts): Reason[] {
  const timers = picture.peers.flatMap((peer) => {
    const timer = electionTimerOf(peer);
    return timer === null ? [] : [{ id: peer.view.id, leftMs: timerRemainingMs(peer, timer, nowMs) }];
  });
  const [next] = timers.sort((a, b) => a.leftMs - b.leftMs);
  if (next === undefined) return [];
  const when = next.leftMs === 0 ? 'is due' : `runs out in ${durationText(next.leftMs)}`;
  return [
    reason(`${next.id}'s election timer ${when}, the first of ${timers.length}`, RULES.election, [aboutPeer(next.id)]),
  ];
}

function ruleOf({ outgoing }: Voters): typeof RULES.majority | typeof RULES.joint {
  return outgoing.length === 0 ? RULES.majority : RULES.joint;
}

/** What the picture leaves open. */
export function unknownOf({ picture, network }: Facts): string[] {
  const { rules, profile } = picture.faults;
  return [
    ...(picture.partition?.absences === undefined
      ? []
      : ['The partition takes peers away in turn; who is away right now is not told.']),
    ...(network === null && rules.length > 0
      ? [`Only the names of the rules in force are known here: ${rules.join(', ')}.`]
      : []),
    ...(profile === 'reliable' ? [] : [`The network is ${profile}: frames may be lost or late by chance.`]),
  ];
}
