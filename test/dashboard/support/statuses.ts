import { peerId, type PeerId } from '../../../shared/ids.ts';
import type { Status } from '../../../shared/messages/Status.ts';

export const IDS: readonly PeerId[] = ['p1', 'p2', 'p3', 'p4', 'p5'].map(peerId);

/** A follower's account of itself in a cluster of five, and what is different about this one. */
export function statusOf(changes: Partial<Status> = {}): Status {
  return {
    role: 'follower',
    term: 1,
    votedFor: null,
    leader: null,
    lastLogIndex: 0,
    lastLogTerm: 0,
    commitIndex: 0,
    lastApplied: 0,
    firstLogIndex: 1,
    durableIndex: 0,
    snapshotIndex: 0,
    voters: [...IDS],
    votersOutgoing: [],
    learners: [],
    configurationIndex: 0,
    canCommit: false,
    heartbeatMs: 100,
    electionTimeoutMsMin: 250,
    electionTimeoutMsMax: 400,
    preVote: true,
    checkQuorum: true,
    storage: 'memory',
    uptimeMs: 1000,
    ...changes,
  };
}

export function leaderStatus(term: number, changes: Partial<Status> = {}): Status {
  return statusOf({ role: 'leader', term, canCommit: true, ...changes });
}

/** The timer's age does not matter here, its reason does. */
export function followerStatus(term: number, leader: PeerId | null, changes: Partial<Status> = {}): Status {
  return statusOf({
    term,
    leader,
    votedFor: leader,
    electionTimer: { timeoutMs: 340, remainingMs: 300, reason: 'heardFromLeader' },
    ...changes,
  });
}
