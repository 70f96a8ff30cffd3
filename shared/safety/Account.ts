import type { Status } from '../messages/Status.ts';
import type { TermRun } from './termRuns.ts';

type Needed = 'role' | 'term' | 'votedFor' | 'commitIndex';
type Used = 'lastLogIndex' | 'lastApplied' | 'snapshotIndex' | 'durableIndex' | 'terms';
type Circumstances = 'storage' | 'voters' | 'votersOutgoing' | 'pid' | 'uptimeMs';

/** What of a status is judged. What is left out is not. */
export type Told = Pick<Status, Needed> & Partial<Pick<Status, Used | Circumstances>>;

/** What a peer told last, and what is remembered of before. */
export interface Account {
  readonly told: Told;
  /** Names the process, where that is known. */
  readonly process: string | undefined;
  /** Its log; undefined when it does not tell of it, or contradicts itself. */
  readonly runs: readonly TermRun[] | undefined;
  /** By term, of the newest. */
  readonly votes: Map<number, string>;
}

/** Whether another process of the peer told this. */
export function isNextLife(before: Account, told: Told, process: string | undefined): boolean {
  if (before.process !== undefined && process !== undefined && before.process !== process) return true;
  const { pid, uptimeMs } = before.told;
  if (pid !== told.pid) return true;
  return uptimeMs !== undefined && told.uptimeMs !== undefined && told.uptimeMs < uptimeMs;
}

/** Nothing happened in its log yet, but for what one that is alone may have done before it was heard. */
function isBlank({ lastLogIndex }: Told): boolean {
  return lastLogIndex !== undefined && lastLogIndex <= 1;
}

/** Its log lacks what it had told as committed. It tells only what is durable, so somebody emptied its disk, or the disk lost it. */
export function lostCommitted(before: Told, { lastLogIndex }: Told): boolean {
  return lastLogIndex !== undefined && lastLogIndex < before.commitIndex;
}

/** Whether a process begins with nothing, or with less than one before it had. */
export function beginsAnew(before: Told | undefined, told: Told): boolean {
  if (before === undefined) return isBlank(told);
  return lostCommitted(before, told) || (isBlank(told) && told.term < before.term);
}

/** By somebody's account; who knows of no voter cannot tell, and then it may. */
export function mayVote({ voters = [], votersOutgoing = [] }: Told, id: string): boolean {
  return voters.length === 0 || [...voters, ...votersOutgoing].some((voter) => voter === id);
}
