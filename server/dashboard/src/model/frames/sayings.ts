import type { FrameSample } from '../../../../../shared/http/Frames.ts';
import { REFUSAL_WORDS } from '../words.ts';

/** A frame in a few words, for lists: "AppendEntries 1 entry, term 4". */
export function frameTitle({ type, gist }: FrameSample): string {
  const { term, entries, yes, matchIndex } = gist ?? {};
  const facts = [
    ...(entries === undefined
      ? []
      : [entries === 0 ? 'heartbeat' : `${entries} ${entries === 1 ? 'entry' : 'entries'}`]),
    ...(yes === undefined ? [] : [yes ? 'yes' : 'no']),
    ...(matchIndex === undefined ? [] : [`matches to ${matchIndex}`]),
    ...(term === undefined ? [] : [`term ${term}`]),
  ];
  return facts.length === 0 ? type : `${type}: ${facts.join(', ')}`;
}

/** What a frame is for, by its type and the little that the relay read of it: one sentence; null for a type that is none of Raft's. */
export function meaningOf({ type, from, to, gist }: FrameSample): string | null {
  const { term, entries, prevLogIndex, leaderCommit, yes, refusal, matchIndex } = gist ?? {};
  const ofTerm = term === undefined ? '' : ` of term ${term}`;
  const inTerm = term === undefined ? '' : ` in term ${term}`;
  switch (type) {
    case 'AppendEntries': {
      const commit = leaderCommit === undefined ? '' : `, and tells that all up to ${leaderCommit} is committed`;
      if (entries === 0) return `A heartbeat${ofTerm}: ${from} leads, so ${to} resets its election timer${commit}.`;
      if (entries === undefined || prevLogIndex === undefined)
        return `${from} sends ${to} entries of its log${inTerm}.`;
      const which =
        entries === 1 ? `entry ${prevLogIndex + 1}` : `entries ${prevLogIndex + 1} to ${prevLogIndex + entries}`;
      return `${from} sends ${to} ${which}, to follow what is at ${prevLogIndex}${commit}.`;
    }
    case 'AppendEntriesReply':
      if (yes === true)
        return `${from} has the log of ${to}${matchIndex === undefined ? '' : ` up to ${matchIndex}`}${inTerm}.`;
      return `${from} does not take it${inTerm}: the term is old, or its log differs before these entries.`;
    case 'PreVote':
      return `${from} asks whether ${to} would vote for it, before it raises its term.`;
    case 'RequestVote':
      return `${from} stands for election${inTerm} and asks ${to} for its vote.`;
    case 'PreVoteReply':
    case 'RequestVoteReply': {
      const what = type === 'PreVoteReply' ? 'would vote' : 'votes';
      if (yes === true) return `${from} ${what} for ${to}${inTerm}.`;
      const why = refusal === undefined ? '' : `: ${from} ${REFUSAL_WORDS[refusal]}`;
      return `${from} refuses ${to} its ${type === 'PreVoteReply' ? 'pre-vote' : 'vote'}${why}.`;
    }
    case 'InstallSnapshot':
      return `${from} sends ${to} its snapshot: what ${to} lacks is no longer in the log.`;
    case 'InstallSnapshotReply':
      return yes === true ? `${from} has the whole snapshot.` : `${from} has this part of the snapshot.`;
    case 'TimeoutNow':
      return `${from} hands leadership over: ${to} is to stand at once.`;
    case 'ReadIndex':
      return `${from} asks ${to}, the leader, up to where it must have applied before it answers a read.`;
    case 'ReadIndexReply':
      return yes === true
        ? `${from} tells ${to} up to where it must have applied.`
        : `${from} cannot say: it does not lead.`;
    case 'ClientRequest':
      return `${from}, a client, asks ${to}.`;
    case 'ClientReply':
      return `${from} answers the client ${to}.`;
    default:
      return null;
  }
}
