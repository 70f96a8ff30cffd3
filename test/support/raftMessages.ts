import type { AppendEntriesReply } from '../../shared/messages/AppendEntriesReply.ts';
import type { Entry } from '../../shared/messages/Entry.ts';
import type { VoteRefusal } from '../../shared/messages/VoteRefusal.ts';
import type { Bodies, Message } from '../../shared/protocol.ts';
import { configurationOf } from '../../peer/raft/configuration.ts';
import { peerId } from '../../shared/ids.ts';

/** The end of a log as vote requests tell it; the empty log unless told otherwise. */
export interface LogEnd {
  readonly lastLogIndex?: number;
  readonly lastLogTerm?: number;
}

/** What a reply says of the request that it answers. */
export interface Answered {
  /** The request's term; the replier's own unless told otherwise. */
  readonly requestTerm?: number;
  readonly inReplyTo?: number;
}

export function requestVote(
  term: number,
  { lastLogIndex = 0, lastLogTerm = 0, leadershipTransfer = false }: LogEnd & { leadershipTransfer?: boolean } = {},
): Message<'RequestVote'> {
  return { type: 'RequestVote', body: { term, lastLogIndex, lastLogTerm, leadershipTransfer } };
}

/** @param term that the sender would stand in */
export function preVote(term: number, { lastLogIndex = 0, lastLogTerm = 0 }: LogEnd = {}): Message<'PreVote'> {
  return { type: 'PreVote', body: { term, lastLogIndex, lastLogTerm } };
}

/** @param term the replier's own */
export function voteGranted(
  term: number,
  { requestTerm = term, inReplyTo = 1 }: Answered = {},
): Message<'RequestVoteReply'> {
  return { type: 'RequestVoteReply', body: { term, requestTerm, inReplyTo, voteGranted: true } };
}

/** @param term the replier's own */
export function voteRefused(
  term: number,
  { requestTerm = term, inReplyTo = 1 }: Answered = {},
  refusal: VoteRefusal = 'alreadyVoted',
): Message<'RequestVoteReply'> {
  return { type: 'RequestVoteReply', body: { term, requestTerm, inReplyTo, voteGranted: false, refusal } };
}

/** @param term the replier's own; the request asked for the one after it unless told otherwise */
export function preVoteGranted(
  term: number,
  { requestTerm = term + 1, inReplyTo = 1 }: Answered = {},
): Message<'PreVoteReply'> {
  return { type: 'PreVoteReply', body: { term, requestTerm, inReplyTo, voteGranted: true } };
}

/** @param term the replier's own */
export function preVoteRefused(
  term: number,
  { requestTerm = term + 1, inReplyTo = 1 }: Answered = {},
  refusal: VoteRefusal = 'leaderAlive',
): Message<'PreVoteReply'> {
  return { type: 'PreVoteReply', body: { term, requestTerm, inReplyTo, voteGranted: false, refusal } };
}

export interface AppendOptions {
  readonly prevLogIndex?: number;
  readonly prevLogTerm?: number;
  readonly leaderCommit?: number;
  readonly round?: number;
  readonly entries?: readonly Entry[];
}

/** A heartbeat to an empty log unless told otherwise. */
export function appendEntries(
  term: number,
  { prevLogIndex = 0, prevLogTerm = 0, leaderCommit = 0, round = 0, entries = [] }: AppendOptions = {},
): Message<'AppendEntries'> {
  const body = { term, prevLogIndex, prevLogTerm, leaderCommit, round, entries: [...entries] };
  return { type: 'AppendEntries', body };
}

export interface AnsweredAppend extends Answered {
  readonly prevLogIndex?: number;
  readonly round?: number;
}

/** @param matchIndex what the request verified; its `prevLogIndex` too unless told otherwise */
export function appended(
  term: number,
  matchIndex: number,
  { requestTerm = term, inReplyTo = 1, prevLogIndex = matchIndex, round = 0 }: AnsweredAppend = {},
): Message<'AppendEntriesReply'> {
  return {
    type: 'AppendEntriesReply',
    body: { term, requestTerm, inReplyTo, round, prevLogIndex, success: true, matchIndex },
  };
}

export interface RefusedAppend extends AnsweredAppend, Pick<AppendEntriesReply, 'conflictTerm' | 'conflictIndex'> {}

export function appendRefused(
  term: number,
  { requestTerm = term, inReplyTo = 1, prevLogIndex = 0, round = 0, ...conflict }: RefusedAppend = {},
): Message<'AppendEntriesReply'> {
  const body = { term, requestTerm, inReplyTo, round, prevLogIndex, success: false, matchIndex: 0, ...conflict };
  return { type: 'AppendEntriesReply', body };
}

export function installSnapshot(
  term: number,
  lastIncludedIndex: number,
  more: Partial<Bodies['InstallSnapshot']> = {},
): Message<'InstallSnapshot'> {
  const configuration = configurationOf(['p1', 'p2', 'p3'].map(peerId));
  const piece = { offset: 0, data: '', done: true };
  return {
    type: 'InstallSnapshot',
    body: { term, lastIncludedIndex, lastIncludedTerm: 1, configuration, ...piece, ...more },
  };
}

export function snapshotReply(
  term: number,
  lastIncludedIndex: number,
  nextOffset: number,
  { done = false, inReplyTo = 1, requestTerm = term }: Answered & { readonly done?: boolean } = {},
): Message<'InstallSnapshotReply'> {
  return { type: 'InstallSnapshotReply', body: { term, requestTerm, inReplyTo, lastIncludedIndex, nextOffset, done } };
}

export function timeoutNow(term: number): Message<'TimeoutNow'> {
  return { type: 'TimeoutNow', body: { term } };
}

export function readIndex(term: number, readId: number): Message<'ReadIndex'> {
  return { type: 'ReadIndex', body: { term, readId } };
}

/** @param index undefined when the answerer cannot say */
export function readIndexReply(
  term: number,
  readId: number,
  index: number | undefined,
  { requestTerm = term, inReplyTo = 1 }: Answered = {},
): Message<'ReadIndexReply'> {
  const body = { term, requestTerm, inReplyTo, readId };
  return { type: 'ReadIndexReply', body: index === undefined ? body : { ...body, readIndex: index } };
}

/** Entries of the given terms, told apart by their commands. */
export function entriesOf(...terms: readonly number[]): Entry[] {
  return terms.map((term, at) => ({ term, type: 'command', command: `${term}.${at + 1}` }));
}
