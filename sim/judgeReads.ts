import { isDeepStrictEqual } from 'node:util';
import { KeyValueMachine } from '../peer/machine/keyValue/KeyValueMachine.ts';
import { ReplicatedMachine } from '../peer/machine/ReplicatedMachine.ts';
import type { KeyValueAnswer, KeyValueQuery } from '../shared/keyValue.ts';
import type { CommittedEntry } from './invariants.ts';

/** A query, and what it was answered. */
export interface Read {
  readonly query: KeyValueQuery;
  readonly answer: KeyValueAnswer;
}

/**
 * Whether each shows a state that the cluster had: the one of the revision that it names, whole. When it may show that is another matter:
 * of a stale read at any time.
 *
 * @param committed in the order of the log
 * @returns what is wrong with the first that does not; undefined when nothing is
 */
export function judgeReads(reads: readonly Read[], committed: readonly CommittedEntry[]): string | undefined {
  const byRevision = new Map<number, Read[]>();
  for (const read of reads) {
    const { revision } = read.answer;
    byRevision.set(revision, [...(byRevision.get(revision) ?? []), read]);
  }
  const machine = new ReplicatedMachine(new KeyValueMachine());
  let seen = -1;
  const judge = (): string | undefined => {
    const { revision } = machine.query({ type: 'list', prefix: '', limit: 1 }) as KeyValueAnswer;
    if (revision === seen) return undefined;
    seen = revision;
    const wrong = (byRevision.get(revision) ?? []).find((read) => !isOf(machine, read));
    byRevision.delete(revision);
    return (
      wrong && `${JSON.stringify(wrong.query)} of revision ${revision} was answered ${JSON.stringify(wrong.answer)}`
    );
  };
  let wrong = judge();
  for (const [at, { entry }] of committed.entries()) {
    if (wrong !== undefined || byRevision.size === 0) return wrong;
    if (entry.type === 'command') machine.apply(entry.command, at + 1, entry.term);
    wrong = judge();
  }
  const [never] = byRevision.keys();
  return wrong ?? (never === undefined ? undefined : `a read saw revision ${never}, which never was`);
}

function isOf(machine: ReplicatedMachine, { query, answer }: Read): boolean {
  // What a peer remembers of changes begins with the snapshot that it was given.
  if (answer.type === 'changes' && answer.forgotten) return true;
  return isDeepStrictEqual(machine.query(query), answer);
}
