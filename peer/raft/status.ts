import type { Status } from '../../shared/messages/Status.ts';
import type { Leader, RaftState, RoleState } from './RaftState.ts';
import { RUNS_TOLD_MAX } from './log/TermRuns.ts';
import { roleOf } from './roles/changeRole.ts';
import { quorumHeardAtMs } from './roles/leader.ts';

/** What the core itself can say of a peer; the driver adds what concerns storage and process. */
export type RaftStatus = Omit<Status, 'disk' | 'commits' | 'storage' | 'pid' | 'uptimeMs'>;

export function statusOf(state: RaftState, nowMs: number): RaftStatus {
  const { role, options, log, leaderHeardAtMs } = state;
  const votes = votesOf(role);
  const electionTimer = electionTimerOf(state, nowMs);
  return {
    role: roleOf(state),
    term: state.currentTerm,
    votedFor: state.votedFor,
    leader: state.leader,
    lastLogIndex: log.lastIndex,
    lastLogTerm: log.lastTerm,
    terms: log.newestRuns(RUNS_TOLD_MAX),
    commitIndex: state.commitIndex,
    lastApplied: state.lastApplied,
    firstLogIndex: log.firstIndex,
    durableIndex: log.durableIndex,
    snapshotIndex: state.snapshot?.index ?? 0,
    voters: [...state.configuration.voters],
    votersOutgoing: [...state.configuration.votersOutgoing],
    learners: [...state.configuration.learners],
    configurationIndex: state.configurations.latestIndex,
    // For so long a majority keeps from electing another: a crown is gone before the next one is there.
    canCommit: role.type === 'leader' && nowMs - quorumHeardAtMs(state, role) <= options.electionTimeoutMsMin,
    ...(electionTimer === undefined ? {} : { electionTimer }),
    ...(votes === undefined ? {} : { votes }),
    ...(role.type === 'leader' ? { progress: progressOf(role, nowMs) } : {}),
    ...(leaderHeardAtMs === null ? {} : { leaderHeardMsAgo: Math.max(0, nowMs - leaderHeardAtMs) }),
    heartbeatMs: options.heartbeatMs,
    electionTimeoutMsMin: options.electionTimeoutMsMin,
    electionTimeoutMsMax: options.electionTimeoutMsMax,
    preVote: options.preVote,
    checkQuorum: options.checkQuorum,
  };
}

function electionTimerOf({ electionTimer }: RaftState, nowMs: number): Status['electionTimer'] {
  if (electionTimer === null) return undefined;
  const { timeoutMs, deadlineMs, reason } = electionTimer;
  return { timeoutMs, remainingMs: Math.max(0, deadlineMs - nowMs), reason };
}

function votesOf(role: RoleState): Status['votes'] {
  if (role.type !== 'candidate' && role.type !== 'preCandidate') return undefined;
  return {
    granted: [...role.votes.granted],
    refused: [...role.votes.refused].map(([peer, refusal]) => ({ peer, refusal })),
  };
}

function progressOf(leader: Leader, nowMs: number): NonNullable<Status['progress']> {
  return [...leader.progress].map(([peer, { mode, nextIndex, matchIndex, heardAtMs }]) => ({
    peer,
    mode,
    nextIndex,
    matchIndex,
    heardMsAgo: Math.max(0, nowMs - heardAtMs),
  }));
}
