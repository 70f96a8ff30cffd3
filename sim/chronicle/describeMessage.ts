import type { EndpointMessage } from '../../shared/protocol.ts';

/** Such as `AppendEntries: term 3, 2 entries behind 7 of term 2, commit 6`. */
export function describeMessage(message: EndpointMessage): string {
  return `${message.type}: ${contentOf(message)}`;
}

/** An AppendEntries without entries. */
export function isHeartbeat({ type, body }: EndpointMessage): boolean {
  return type === 'AppendEntries' && body.entries.length === 0;
}

function contentOf({ type, body }: EndpointMessage): string {
  switch (type) {
    case 'PreVote':
    case 'RequestVote':
      return `term ${body.term}, its log ends with ${body.lastLogIndex} of term ${body.lastLogTerm}`;
    case 'PreVoteReply':
    case 'RequestVoteReply':
      return `term ${body.term}, ${body.voteGranted ? 'granted' : `refused${body.refusal === undefined ? '' : ` (${body.refusal})`}`}, for term ${body.requestTerm}`;
    case 'AppendEntries': {
      const what = body.entries.length === 0 ? 'heartbeat' : counted(body.entries.length);
      return `term ${body.term}, ${what} behind ${body.prevLogIndex} of term ${body.prevLogTerm}, commit ${body.leaderCommit}`;
    }
    case 'AppendEntriesReply':
      return body.success
        ? `term ${body.term}, the logs agree up to ${body.matchIndex}`
        : `term ${body.term}, refused behind ${body.prevLogIndex}${body.conflictIndex === undefined ? '' : `, try ${body.conflictIndex}`}`;
    case 'InstallSnapshot':
      return `term ${body.term}, snapshot at ${body.lastIncludedIndex} from ${body.offset}${body.done ? ', the last piece' : ''}`;
    case 'InstallSnapshotReply':
      return `term ${body.term}, snapshot at ${body.lastIncludedIndex}, ${body.done ? 'has it' : `next from ${body.nextOffset}`}`;
    case 'TimeoutNow':
      return `term ${body.term}`;
    case 'ReadIndex':
      return `term ${body.term}, read ${body.readId}`;
    case 'ReadIndexReply':
      return `term ${body.term}, read ${body.readId} ${body.readIndex === undefined ? 'refused' : `at ${body.readIndex}`}`;
    case 'ClientRequest':
      return body.requests.map(({ requestId, operation }) => `${requestId} ${operation.type}`).join(', ');
    case 'ClientReply':
      return body.replies.map((reply) => `${reply.requestId} ${reply.ok ? 'done' : reply.code}`).join(', ');
  }
}

function counted(entries: number): string {
  return entries === 1 ? '1 entry' : `${entries} entries`;
}
