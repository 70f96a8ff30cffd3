import type { RaftEvent } from '../../peer/raft/event.ts';
import type { Configuration } from '../../shared/messages/Configuration.ts';

/** What a core did, such as `becomes candidate (wonPreVote)`; undefined for what nobody asks after. */
export function describeEvent(event: RaftEvent): string | undefined {
  switch (event.type) {
    case 'roleChanged':
      return `becomes ${event.to} (${event.reason})`;
    case 'termChanged':
      return `enters term ${event.to}`;
    case 'leaderChanged':
      return event.leader === null ? 'knows no leader' : `follows ${event.leader}`;
    case 'timerReset':
      return undefined;
    case 'voteGranted':
      return `gives its ${voteOf(event)} to ${event.to}`;
    case 'voteRefused':
      return `refuses its ${voteOf(event)} to ${event.to} (${event.refusal})`;
    case 'voteReceived':
      return `${event.granted ? 'has' : 'does not get'} the ${voteOf(event)} of ${event.by}`;
    case 'entriesRefused':
      return `refuses entries of ${event.leader} behind ${event.prevLogIndex}`;
    case 'entriesAppended':
      return event.count === 1
        ? `appends entry ${event.firstIndex}`
        : `appends entries ${event.firstIndex} to ${event.firstIndex + event.count - 1}`;
    case 'entriesTruncated':
      return `removes its entries from ${event.fromIndex} on`;
    case 'committed':
      return `knows that all up to ${event.commitIndex} is committed`;
    case 'configurationChanged':
      return `goes by entry ${event.index}: ${membersText(event.configuration)}`;
    case 'snapshotInstalled':
      return `installs a snapshot at ${event.index}`;
    case 'logCompacted':
      return `cuts its log off behind ${event.baseIndex}, snapshot at ${event.snapshotIndex}`;
    case 'snapshotNeeded':
      return `finds that ${event.by} needs a snapshot`;
    case 'ignored':
      return `ignores a message (${event.reason})`;
  }
}

function voteOf({ preVote }: { readonly preVote: boolean }): string {
  return preVote ? 'pre-vote' : 'vote';
}

function membersText({ voters, votersOutgoing, learners }: Configuration): string {
  const outgoing = votersOutgoing.length === 0 ? '' : `, jointly with ${votersOutgoing.join()}`;
  return `voters ${voters.join()}${outgoing}${learners.length === 0 ? '' : `, learners ${learners.join()}`}`;
}
