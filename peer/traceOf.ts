import type { Trace, TraceTopic } from '../shared/trace.ts';
import type { RaftEvent } from './raft/event.ts';

/** The topic of the trace under which an event of the core is found. */
export function topicOf(event: RaftEvent): TraceTopic {
  switch (event.type) {
    case 'roleChanged':
    case 'termChanged':
    case 'leaderChanged':
      return 'election';
    case 'voteGranted':
    case 'voteRefused':
    case 'voteReceived':
      return 'vote';
    case 'timerReset':
      return 'timer';
    case 'entriesRefused':
    case 'entriesAppended':
    case 'entriesTruncated':
    case 'committed':
    case 'configurationChanged':
    case 'snapshotNeeded':
    case 'snapshotInstalled':
    case 'logCompacted':
      return 'replication';
    case 'ignored':
      return 'frame';
    default:
      return event satisfies never;
  }
}

/** What an event says besides its name. */
export function detailsOf({ type: _type, ...details }: RaftEvent): Readonly<Record<string, unknown>> {
  return details;
}

/** Whether a trace takes what a core reports with nearly every message; see `RaftOptions`. */
export function wantsDetails(trace: Trace | undefined): boolean {
  return trace !== undefined && (trace.wants('timer') || trace.wants('replication'));
}
