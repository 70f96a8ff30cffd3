import type { VoteRefusal } from '../../../../../shared/messages/VoteRefusal.ts';
import type { Rule } from './Explanation.ts';

/** The rules that explanations rest on, each with its section in the paper (extended version) or in the thesis. */
export const RULES = {
  majority: {
    name: 'Majority of votes',
    paper: '5.2',
    text: 'A candidate wins when a majority of the voters votes for it in one term.',
  },
  joint: {
    name: 'Joint consensus',
    paper: '6',
    text: 'While voters change, elections and commitment need a majority of the old voters and one of the new.',
  },
  election: {
    name: 'Election',
    paper: '5.2',
    text: 'A follower that hears no leader for a whole election timeout stands for election in a new term.',
  },
  splitVote: {
    name: 'Split vote',
    paper: '5.2',
    text: 'When several stand in one term and nobody gets a majority, all wait for a random time and try again.',
  },
  oneVote: {
    name: 'One vote a term',
    paper: '5.2',
    text: 'A server votes for at most one candidate in a term, first come, first served.',
  },
  restriction: {
    name: 'Election restriction',
    paper: '5.4.1',
    text: 'A server votes only for a log at least as new as its own: the later last term wins, then the longer log.',
  },
  terms: {
    name: 'Terms',
    paper: '5.1',
    text: 'A request of an older term is refused, and whoever sees a higher term takes it on and becomes a follower.',
  },
  leaderAlive: {
    name: 'A living leader is not disturbed',
    paper: '6',
    text: 'A server that heard its leader within the minimum election timeout helps to elect no other.',
  },
  preVote: {
    name: 'PreVote',
    paper: 'thesis 9.6',
    text: 'Before it raises its term, a server asks whether it could win; a majority has to say yes.',
  },
  checkQuorum: {
    name: 'CheckQuorum',
    paper: 'thesis 6.2',
    text: 'A leader that hears no majority for an election timeout steps down.',
  },
  replication: {
    name: 'Log replication',
    paper: '5.3',
    text: 'An entry is committed once its leader has stored it on a majority of the voters.',
  },
  olderTerms: {
    name: 'Entries of older terms',
    paper: '5.4.2',
    text: 'A leader counts copies for entries of its own term only; older ones are committed along with one of these.',
  },
  matching: {
    name: 'Log Matching',
    paper: '5.3',
    text: 'If two logs have the same term at an index, they are the same up to there; a follower gives up what differs from its leader.',
  },
  commitTold: {
    name: 'Followers learn of commitment',
    paper: '5.3',
    text: 'A leader sends its commit index along with the next AppendEntries or heartbeat.',
  },
  completeness: {
    name: 'Leader Completeness',
    paper: '5.4.3',
    text: 'What is committed is in the log of every later leader; what is not may be replaced.',
  },
  durable: {
    name: 'Persistent state',
    paper: '5.6',
    text: 'Term, vote and log are on stable storage before a server answers; only what is durable counts.',
  },
  snapshot: {
    name: 'Log compaction',
    paper: '7',
    text: 'A follower that lacks what its leader no longer has in the log is sent a snapshot.',
  },
  learners: {
    name: 'Learners',
    paper: '6',
    text: 'A server that does not vote yet receives entries, and is not counted for elections or commitment.',
  },
  removed: {
    name: 'A leader that is no member',
    paper: '6',
    text: 'A leader that removes itself steps down when that is committed.',
  },
  timers: {
    name: 'Election timer',
    paper: '5.2',
    text: 'The timer is reset to a random timeout by the current leader’s messages, by granting a vote, and by standing.',
  },
  network: {
    name: 'The network',
    paper: null,
    text: 'Frames are lost, late or held by what is in force at the relay.',
  },
} as const satisfies Readonly<Record<string, Rule>>;

/** By which rule a vote is refused. */
export const REFUSAL_RULES: Readonly<Record<VoteRefusal, Rule>> = {
  staleTerm: RULES.terms,
  alreadyVoted: RULES.oneVote,
  logBehind: RULES.restriction,
  leaderAlive: RULES.leaderAlive,
};
