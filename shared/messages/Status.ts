import { PeerId } from '../ids.ts';
import { Count, LogIndex, MEMBERS_MAX, Milliseconds, Term } from '../numbers.ts';
import { VoteRefusal } from './VoteRefusal.ts';
import { type Static, Type } from '../schema.ts';

export const Role = Type.Union([
  Type.Literal('leader'),
  Type.Literal('follower'),
  Type.Literal('candidate'),
  Type.Literal('preCandidate'),
  Type.Literal('learner'),
]);
export type Role = Static<typeof Role>;

/**
 * Why an election timer was last reset: the three reasons of the paper, the two ways in which a timer is first armed, and a peer
 * of priority 0, which lets its timer run out.
 */
export const TimerResetReason = Type.Union([
  Type.Literal('started'),
  Type.Literal('heardFromLeader'),
  Type.Literal('grantedVote'),
  Type.Literal('startedElection'),
  Type.Literal('steppedDown'),
  Type.Literal('mayNotStand'),
]);
export type TimerResetReason = Static<typeof TimerResetReason>;

export const ElectionTimer = Type.Object(
  {
    /** The timeout drawn at the last reset. */
    timeoutMs: Milliseconds,
    /** What was left of it when this status was made; 0 when it is overdue. */
    remainingMs: Milliseconds,
    reason: TimerResetReason,
  },
  { additionalProperties: false },
);
export type ElectionTimer = Static<typeof ElectionTimer>;

export const VoteCount = Type.Object(
  {
    granted: Type.Array(PeerId, { maxItems: MEMBERS_MAX }),
    refused: Type.Array(Type.Object({ peer: PeerId, refusal: VoteRefusal }, { additionalProperties: false }), {
      maxItems: MEMBERS_MAX,
    }),
  },
  { additionalProperties: false },
);
export type VoteCount = Static<typeof VoteCount>;

/** How many runs of one term a status tells of at the most: the newest. */
export const TERM_RUNS_MAX = 32;

export const DiskBacklog = Type.Object(
  {
    /** Entries in memory that no write has made durable yet. */
    unsyncedEntries: Count,
    /** How long the write that is under way has taken so far; 0 when there is none. */
    writingMs: Milliseconds,
    /** How long the newest finished write took; 0 when there was none. */
    lastWriteMs: Milliseconds,
  },
  { additionalProperties: false },
);
export type DiskBacklog = Static<typeof DiskBacklog>;

/** A leader's proposals of the last 10 s, the newest 1,024: from taking one to committing it, on its own clock. */
export const CommitTimes = Type.Object(
  { count: Count, p50Ms: Milliseconds, p99Ms: Milliseconds },
  { additionalProperties: false },
);
export type CommitTimes = Static<typeof CommitTimes>;

/**
 * A peer's own account of itself, to `@relay`. Feeds the routes and the page; the relay's faults never touch it.
 * It tells only what is durable: a term or vote appears here after it was written.
 */
export const Status = Type.Object(
  {
    role: Role,
    term: Term,
    votedFor: Type.Union([PeerId, Type.Null()]),
    leader: Type.Union([PeerId, Type.Null()]),
    lastLogIndex: LogIndex,
    lastLogTerm: Term,
    /**
     * The log by terms, oldest first: each run goes to where the next begins, the last to lastLogIndex. The newest ones; the first
     * may begin in the midst of the log, and what is before it is not told.
     */
    terms: Type.Optional(
      Type.Array(Type.Object({ term: Term, firstIndex: LogIndex }, { additionalProperties: false }), {
        maxItems: TERM_RUNS_MAX,
      }),
    ),
    commitIndex: LogIndex,
    lastApplied: LogIndex,
    /** The first index that the log still holds; what is before it is in the snapshot. */
    firstLogIndex: LogIndex,
    /** The last index that survives a crash of this peer. */
    durableIndex: LogIndex,
    /** Of this moment, unlike all else here: how much the disk still owes. It reveals no term, vote or entry. */
    disk: Type.Optional(DiskBacklog),
    /** 0 when there is none. */
    snapshotIndex: LogIndex,
    voters: Type.Array(PeerId, { maxItems: MEMBERS_MAX }),
    /** Not empty while a change of membership is under way. */
    votersOutgoing: Type.Array(PeerId, { maxItems: MEMBERS_MAX }),
    learners: Type.Array(PeerId, { maxItems: MEMBERS_MAX }),
    /** Where in the log these members stand; they are sure once that is committed. */
    configurationIndex: LogIndex,
    /** What a leader knows of each other member. */
    progress: Type.Optional(
      Type.Array(
        Type.Object(
          {
            peer: PeerId,
            mode: Type.Union([Type.Literal('probe'), Type.Literal('replicate'), Type.Literal('snapshot')]),
            nextIndex: LogIndex,
            matchIndex: LogIndex,
            heardMsAgo: Milliseconds,
          },
          { additionalProperties: false },
        ),
        { maxItems: MEMBERS_MAX },
      ),
    ),
    /** A leader that heard from a majority within the minimum election timeout; false for any other role. */
    canCommit: Type.Boolean(),
    /** A leader that committed something in the last 10 s. */
    commits: Type.Optional(CommitTimes),
    /** Absent while leading: a leader has no election timer. */
    electionTimer: Type.Optional(ElectionTimer),
    /** The votes so far, while this peer is a candidate or pre-candidate. */
    votes: Type.Optional(VoteCount),
    /** Since the current leader was last heard; absent if never in this term, and while leading. */
    leaderHeardMsAgo: Type.Optional(Milliseconds),
    heartbeatMs: Milliseconds,
    electionTimeoutMsMin: Milliseconds,
    electionTimeoutMsMax: Milliseconds,
    preVote: Type.Boolean(),
    checkQuorum: Type.Boolean(),
    /** Where term and vote are kept: `memory` forgets them with the process. */
    storage: Type.Union([Type.Literal('disk'), Type.Literal('memory')]),
    /** The process, where there is one. */
    pid: Type.Optional(Count),
    uptimeMs: Milliseconds,
  },
  { additionalProperties: false },
);
export type Status = Static<typeof Status>;
