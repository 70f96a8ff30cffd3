import type { Status } from '../../shared/messages/Status.ts';
import type { RaftState, RoleState } from './RaftState.ts';
import { quorumHeardAtMs } from './roles/leader.ts';

/** What the core itself can say of a peer; the driver adds what concerns storage and process. */
export type RaftStatus = Omit<Status, 'storage' | 'pid' | 'uptimeMs'>;

export function statusOf(state: RaftState, nowMs: number): RaftStatus {
  const { role, options, log, electionTimer, leaderHeardAtMs } = state;
  const votes = votesOf(role);
  return {
    role: role.type,
    term: state.currentTerm,
    votedFor: state.votedFor,
    leader: state.leader,
    lastLogIndex: log.lastIndex,
    lastLogTerm: log.lastTerm,
    commitIndex: state.commitIndex,
    lastApplied: state.lastApplied,
    voters: [...state.configuration.voters],
    canCommit: role.type === 'leader' && nowMs - quorumHeardAtMs(state, role) <= options.electionTimeoutMsMax,
    ...(electionTimer === null
      ? {}
      : {
          electionTimer: {
            timeoutMs: electionTimer.timeoutMs,
            remainingMs: Math.max(0, electionTimer.deadlineMs - nowMs),
            reason: electionTimer.reason,
          },
        }),
    ...(votes === undefined ? {} : { votes }),
    ...(leaderHeardAtMs === null || role.type === 'leader'
      ? {}
      : { leaderHeardMsAgo: Math.max(0, nowMs - leaderHeardAtMs) }),
    heartbeatMs: options.heartbeatMs,
    electionTimeoutMsMin: options.electionTimeoutMsMin,
    electionTimeoutMsMax: options.electionTimeoutMsMax,
    preVote: options.preVote,
    checkQuorum: options.checkQuorum,
  };
}

function votesOf(role: RoleState): Status['votes'] {
  if (role.type !== 'candidate' && role.type !== 'preCandidate') return undefined;
  return {
    granted: [...role.votes.granted],
    refused: [...role.votes.refused].map(([peer, refusal]) => ({ peer, refusal })),
  };
}
