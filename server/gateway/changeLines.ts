import type { KeyValueCluster } from '../../client/KeyValueClient.ts';
import { WhitewaterError, type ErrorCode } from '../../shared/errors.ts';
import type { ErrorAnswer } from '../../shared/http/ErrorAnswer.ts';
import { LIST_LIMIT_MAX, type KeyValueAnswer, type KeyValueChange } from '../../shared/keyValue.ts';

/** Between two questions for changes, when there were none. */
const ASK_EVERY_MS = 100;
/** An empty line, so that an end which is gone without a word is found. */
const EMPTY_LINE_EVERY_MS = 15_000;
const TIMEOUT_MS = 10_000;

/** What a watch outlives: a cluster without a leader has one again some day. */
const PASSING: ReadonlySet<ErrorCode> = new Set<ErrorCode>(['TIMED_OUT', 'NO_PEER', 'OVERLOADED', 'NOT_LEADER']);

type Changes = Extract<KeyValueAnswer, { type: 'changes' }>;

export interface Watch {
  readonly client: KeyValueCluster;
  readonly prefix: string;
  readonly signal: AbortSignal;
}

/** Where a watch begins that was told no revision: now. */
export async function newestRevision({ client, prefix, signal }: Watch, timeoutMs: number): Promise<number> {
  const answer = await client.query({ type: 'list', prefix, limit: 1 }, { timeoutMs, signal });
  return answer.revision;
}

/**
 * What changed under the prefix after a revision.
 * @throws {WhitewaterError} REVISION_FORGOTTEN when that cannot all be told, and as `ClusterClient.query` does
 */
export async function changesAfter(
  { client, prefix, signal }: Watch,
  afterRevision: number,
  timeoutMs: number = TIMEOUT_MS,
): Promise<Changes> {
  for (let limit = LIST_LIMIT_MAX; ; limit = Math.ceil(limit / 4)) {
    try {
      const query = { type: 'changes', prefix, afterRevision, limit } as const;
      const answer = await client.query(query, { timeoutMs, signal });
      if (answer.type !== 'changes') throw new WhitewaterError('INTERNAL', 'the answer is of another kind');
      if (answer.forgotten) throw forgotten(afterRevision);
      return answer;
    } catch (error) {
      const isTooLarge = error instanceof WhitewaterError && error.code === 'ANSWER_TOO_LARGE';
      if (!isTooLarge || limit === 1) throw error;
    }
  }
}

/**
 * The lines of a watch: first the revision after which it tells every change, then a line for each change, and if it cannot go on,
 * why. Ends when the signal says so.
 */
export async function* changeLines(watch: Watch, first: Changes, afterRevision: number): AsyncGenerator<string> {
  yield `${JSON.stringify({ afterRevision })}\n`;
  let answer = first;
  let toldAtMs = performance.now();
  for (;;) {
    const isQuiet = performance.now() - toldAtMs >= EMPTY_LINE_EVERY_MS;
    if (answer.changes.length > 0 || isQuiet) {
      yield answer.changes.length > 0 ? linesOf(answer.changes) : '\n';
      toldAtMs = performance.now();
    }
    if (answer.changes.length === 0) await pause(watch.signal);
    const next = await nextChanges(watch, answer.throughRevision);
    if (watch.signal.aborted) return;
    if (next instanceof WhitewaterError) {
      yield `${JSON.stringify(answerOf(next))}\n`;
      return;
    }
    answer = next ?? { ...answer, changes: [] };
  }
}

/** @returns undefined when there is no answer now; an error when there will be none */
async function nextChanges(watch: Watch, afterRevision: number): Promise<Changes | WhitewaterError | undefined> {
  try {
    return await changesAfter(watch, afterRevision);
  } catch (error) {
    if (watch.signal.aborted) return undefined;
    if (!(error instanceof WhitewaterError)) throw error;
    return PASSING.has(error.code) ? undefined : error;
  }
}

function linesOf(changes: readonly KeyValueChange[]): string {
  return changes.map((change) => `${JSON.stringify(change)}\n`).join('');
}

function answerOf({ code, message, definite }: WhitewaterError): ErrorAnswer {
  return { code, message, definite };
}

function forgotten(revision: number): WhitewaterError {
  return new WhitewaterError(
    'REVISION_FORGOTTEN',
    `the changes after revision ${revision} are not remembered any more: list the keys, and watch from that revision`,
  );
}

function pause(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ASK_EVERY_MS);
    signal.addEventListener('abort', done, { once: true });
    if (signal.aborted) done();
  });
}
