/**
 * Every role, message and relation of terms, for the plain rules of Figure 2 and for PreVote with CheckQuorum.
 * The peer is p1 of three in term 5 with the log [1, 1]. As a follower it heard from its leader p2 100 ms ago and has not voted.
 * As a learner it is none of the three voters, and heard from p2 too. What leaders say comes from p2, everything else from p3.
 * Requests fit, replies grant; those of a higher term refuse. Snapshots are ahead of the log.
 *
 * Columns: message and its term; then role, term, vote and election timer afterwards, and the answer.
 */
export const FIGURE_2 = `
  follower
    RequestVote        lower   follower     5 -  stays  refused:staleTerm
    RequestVote        same    follower     5 p3 moves  granted
    RequestVote        higher  follower     6 p3 moves  granted
    RequestVoteReply   lower   follower     5 -  stays  nothing
    RequestVoteReply   same    follower     5 -  stays  nothing
    RequestVoteReply   higher  follower     6 -  stays  nothing
    PreVote            lower   follower     5 -  stays  refused:staleTerm
    PreVote            same    follower     5 -  stays  refused:staleTerm
    PreVote            higher  follower     5 -  stays  refused:leaderAlive
    PreVoteReply       lower   follower     5 -  stays  nothing
    PreVoteReply       same    follower     5 -  stays  nothing
    PreVoteReply       higher  follower     6 -  stays  nothing
    AppendEntries      lower   follower     5 -  stays  failure
    AppendEntries      same    follower     5 -  moves  success
    AppendEntries      higher  follower     6 -  moves  success
    AppendEntriesReply lower   follower     5 -  stays  nothing
    AppendEntriesReply same    follower     5 -  stays  nothing
    AppendEntriesReply higher  follower     6 -  stays  nothing
    InstallSnapshot      lower  follower     5 -  stays  InstallSnapshotReply
    InstallSnapshot      same   follower     5 -  moves  stores
    InstallSnapshot      higher follower     6 -  moves  stores
    InstallSnapshotReply lower  follower     5 -  stays  nothing
    InstallSnapshotReply same   follower     5 -  stays  nothing
    InstallSnapshotReply higher follower     6 -  stays  nothing
    TimeoutNow           lower  follower     5 -  stays  nothing
    TimeoutNow           same   candidate    6 p1 moves  RequestVote
    TimeoutNow           higher follower     6 -  stays  nothing
    ReadIndex            lower  follower     5 -  stays  cannotSay
    ReadIndex            same   follower     5 -  stays  cannotSay
    ReadIndex            higher follower     6 -  stays  cannotSay
    ReadIndexReply       lower  follower     5 -  stays  nothing
    ReadIndexReply       same   follower     5 -  stays  nothing
    ReadIndexReply       higher follower     6 -  stays  nothing
  candidate
    RequestVote        lower   candidate    5 p1 stays  refused:staleTerm
    RequestVote        same    candidate    5 p1 stays  refused:alreadyVoted
    RequestVote        higher  follower     6 p3 moves  granted
    RequestVoteReply   lower   candidate    5 p1 stays  nothing
    RequestVoteReply   same    leader       5 p1 off    AppendEntries
    RequestVoteReply   higher  follower     6 -  stays  nothing
    PreVote            lower   candidate    5 p1 stays  refused:staleTerm
    PreVote            same    candidate    5 p1 stays  refused:staleTerm
    PreVote            higher  candidate    5 p1 stays  granted
    PreVoteReply       lower   candidate    5 p1 stays  nothing
    PreVoteReply       same    candidate    5 p1 stays  nothing
    PreVoteReply       higher  follower     6 -  stays  nothing
    AppendEntries      lower   candidate    5 p1 stays  failure
    AppendEntries      same    follower     5 p1 moves  success
    AppendEntries      higher  follower     6 -  moves  success
    AppendEntriesReply lower   candidate    5 p1 stays  nothing
    AppendEntriesReply same    candidate    5 p1 stays  nothing
    AppendEntriesReply higher  follower     6 -  stays  nothing
    InstallSnapshot      lower  candidate    5 p1 stays  InstallSnapshotReply
    InstallSnapshot      same   follower     5 p1 moves  stores
    InstallSnapshot      higher follower     6 -  moves  stores
    InstallSnapshotReply lower  candidate    5 p1 stays  nothing
    InstallSnapshotReply same   candidate    5 p1 stays  nothing
    InstallSnapshotReply higher follower     6 -  stays  nothing
    TimeoutNow           lower  candidate    5 p1 stays  nothing
    TimeoutNow           same   candidate    5 p1 stays  nothing
    TimeoutNow           higher follower     6 -  stays  nothing
    ReadIndex            lower  candidate    5 p1 stays  cannotSay
    ReadIndex            same   candidate    5 p1 stays  cannotSay
    ReadIndex            higher follower     6 -  stays  cannotSay
    ReadIndexReply       lower  candidate    5 p1 stays  nothing
    ReadIndexReply       same   candidate    5 p1 stays  nothing
    ReadIndexReply       higher follower     6 -  stays  nothing
  leader
    RequestVote        lower   leader       5 p1 off    refused:staleTerm
    RequestVote        same    leader       5 p1 off    refused:alreadyVoted
    RequestVote        higher  follower     6 p3 moves  granted
    RequestVoteReply   lower   leader       5 p1 off    nothing
    RequestVoteReply   same    leader       5 p1 off    nothing
    RequestVoteReply   higher  follower     6 -  moves  nothing
    PreVote            lower   leader       5 p1 off    refused:staleTerm
    PreVote            same    leader       5 p1 off    refused:staleTerm
    PreVote            higher  leader       5 p1 off    refused:leaderAlive
    PreVoteReply       lower   leader       5 p1 off    nothing
    PreVoteReply       same    leader       5 p1 off    nothing
    PreVoteReply       higher  follower     6 -  moves  nothing
    AppendEntries      lower   leader       5 p1 off    failure
    AppendEntries      same    leader       5 p1 off    nothing
    AppendEntries      higher  follower     6 -  moves  success
    AppendEntriesReply lower   leader       5 p1 off    nothing
    AppendEntriesReply same    leader       5 p1 off    nothing
    AppendEntriesReply higher  follower     6 -  moves  nothing
    InstallSnapshot      lower  leader       5 p1 off    InstallSnapshotReply
    InstallSnapshot      same   leader       5 p1 off    nothing
    InstallSnapshot      higher follower     6 -  moves  stores
    InstallSnapshotReply lower  leader       5 p1 off    nothing
    InstallSnapshotReply same   leader       5 p1 off    nothing
    InstallSnapshotReply higher follower     6 -  moves  nothing
    TimeoutNow           lower  leader       5 p1 off    nothing
    TimeoutNow           same   leader       5 p1 off    nothing
    TimeoutNow           higher follower     6 -  moves  nothing
    ReadIndex            lower  leader       5 p1 off    cannotSay
    ReadIndex            same   leader       5 p1 off    nothing
    ReadIndex            higher follower     6 -  moves  cannotSay
    ReadIndexReply       lower  leader       5 p1 off    nothing
    ReadIndexReply       same   leader       5 p1 off    nothing
    ReadIndexReply       higher follower     6 -  moves  nothing
  learner
    RequestVote          lower  learner      5 -  off    refused:staleTerm
    RequestVote          same   learner      5 p3 off    granted
    RequestVote          higher learner      6 p3 off    granted
    RequestVoteReply     lower  learner      5 -  off    nothing
    RequestVoteReply     same   learner      5 -  off    nothing
    RequestVoteReply     higher learner      6 -  off    nothing
    PreVote              lower  learner      5 -  off    refused:staleTerm
    PreVote              same   learner      5 -  off    refused:staleTerm
    PreVote              higher learner      5 -  off    refused:leaderAlive
    PreVoteReply         lower  learner      5 -  off    nothing
    PreVoteReply         same   learner      5 -  off    nothing
    PreVoteReply         higher learner      6 -  off    nothing
    AppendEntries        lower  learner      5 -  off    failure
    AppendEntries        same   learner      5 -  off    success
    AppendEntries        higher learner      6 -  off    success
    AppendEntriesReply   lower  learner      5 -  off    nothing
    AppendEntriesReply   same   learner      5 -  off    nothing
    AppendEntriesReply   higher learner      6 -  off    nothing
    InstallSnapshot      lower  learner      5 -  off    InstallSnapshotReply
    InstallSnapshot      same   learner      5 -  off    stores
    InstallSnapshot      higher learner      6 -  off    stores
    InstallSnapshotReply lower  learner      5 -  off    nothing
    InstallSnapshotReply same   learner      5 -  off    nothing
    InstallSnapshotReply higher learner      6 -  off    nothing
    TimeoutNow           lower  learner      5 -  off    nothing
    TimeoutNow           same   learner      5 -  off    nothing
    TimeoutNow           higher learner      6 -  off    nothing
    ReadIndex            lower  learner      5 -  off    cannotSay
    ReadIndex            same   learner      5 -  off    cannotSay
    ReadIndex            higher learner      6 -  off    cannotSay
    ReadIndexReply       lower  learner      5 -  off    nothing
    ReadIndexReply       same   learner      5 -  off    nothing
    ReadIndexReply       higher learner      6 -  off    nothing
`;

/** Where PreVote and CheckQuorum change the table, and the role that only PreVote has. */
export const WITH_PRE_VOTE_AND_CHECK_QUORUM = `
  follower
    RequestVote        same    follower     5 -  stays  refused:leaderAlive
    RequestVote        higher  follower     5 -  stays  refused:leaderAlive
  preCandidate
    RequestVote        lower   preCandidate 5 -  stays  refused:staleTerm
    RequestVote        same    follower     5 p3 moves  granted
    RequestVote        higher  follower     6 p3 moves  granted
    RequestVoteReply   lower   preCandidate 5 -  stays  nothing
    RequestVoteReply   same    preCandidate 5 -  stays  nothing
    RequestVoteReply   higher  follower     6 -  stays  nothing
    PreVote            lower   preCandidate 5 -  stays  refused:staleTerm
    PreVote            same    preCandidate 5 -  stays  refused:staleTerm
    PreVote            higher  preCandidate 5 -  stays  granted
    PreVoteReply       lower   preCandidate 5 -  stays  nothing
    PreVoteReply       same    candidate    6 p1 moves  RequestVote
    PreVoteReply       higher  follower     6 -  stays  nothing
    AppendEntries      lower   preCandidate 5 -  stays  failure
    AppendEntries      same    follower     5 -  moves  success
    AppendEntries      higher  follower     6 -  moves  success
    AppendEntriesReply lower   preCandidate 5 -  stays  nothing
    AppendEntriesReply same    preCandidate 5 -  stays  nothing
    AppendEntriesReply higher  follower     6 -  stays  nothing
    InstallSnapshot      lower  preCandidate 5 -  stays  InstallSnapshotReply
    InstallSnapshot      same   follower     5 -  moves  stores
    InstallSnapshot      higher follower     6 -  moves  stores
    InstallSnapshotReply lower  preCandidate 5 -  stays  nothing
    InstallSnapshotReply same   preCandidate 5 -  stays  nothing
    InstallSnapshotReply higher follower     6 -  stays  nothing
    TimeoutNow           lower  preCandidate 5 -  stays  nothing
    TimeoutNow           same   preCandidate 5 -  stays  nothing
    TimeoutNow           higher follower     6 -  stays  nothing
    ReadIndex            lower  preCandidate 5 -  stays  cannotSay
    ReadIndex            same   preCandidate 5 -  stays  cannotSay
    ReadIndex            higher follower     6 -  stays  cannotSay
    ReadIndexReply       lower  preCandidate 5 -  stays  nothing
    ReadIndexReply       same   preCandidate 5 -  stays  nothing
    ReadIndexReply       higher follower     6 -  stays  nothing
  leader
    RequestVote        same    leader       5 p1 off    refused:leaderAlive
    RequestVote        higher  leader       5 p1 off    refused:leaderAlive
  learner
    RequestVote          same   learner      5 -  off    refused:leaderAlive
    RequestVote          higher learner      5 -  off    refused:leaderAlive
`;
