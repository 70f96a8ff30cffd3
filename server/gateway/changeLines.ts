import type { KeyValueCluster } from '../../client/KeyValueClient.ts';
import { WhitewaterError } from '../../shared/errors.ts';
import type { ErrorAnswer } from '../../shared/http/ErrorAnswer.ts';
import type { KeyValueChange } from '../../shared/keyValue.ts';
import { followerOf, isPassing, type ChangeFollower, type Changes } from './ChangeFollower.ts';
import type { TellableChanges } from './ChangeWindow.ts';

/** An empty line, so that an end which is gone without a word is found. */
const EMPTY_LINE_EVERY_MS = 15_000;
const TIMEOUT_MS = 10_000;
/** After a question that nobody could answer now. */
const RETRY_MS = 100;

export interface Watch {
  readonly client: KeyValueCluster;
  readonly prefix: string;
  readonly signal: AbortSignal;
}

/**
 * Where a watch begins that was told no revision: now.
 * @throws {WhitewaterError} as `ClusterClient.query` does
 */
export function newestRevision({ client, prefix, signal }: Watch, timeoutMs: number): Promise<number> {
  return followerOf(client).newestRevision(prefix, { signal, withinMs: timeoutMs });
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
  const answer = await followerOf(client).ask(prefix, afterRevision, { signal, withinMs: timeoutMs });
  if (answer.forgotten) throw forgotten(afterRevision);
  return answer;
}

/**
 * The lines of a watch: first the revision after which it tells every change, then a line for each change, and if it cannot go on,
 * why. A revision that the store has not reached is waited for. Ends when the signal says so.
 */
export async function* changeLines(watch: Watch, first: Changes, afterRevision: number): AsyncGenerator<string> {
  const follower = followerOf(watch.client);
  const leave = follower.join(watch.prefix, first.revision);
  try {
    yield `${JSON.stringify({ afterRevision })}\n`;
    yield* linesFrom(watch, follower, first);
  } finally {
    leave();
  }
}

async function* linesFrom(watch: Watch, follower: ChangeFollower, first: Changes): AsyncGenerator<string> {
  let told: TellableChanges = first;
  let toldAtMs = performance.now();
  for (;;) {
    const isQuiet = performance.now() - toldAtMs >= EMPTY_LINE_EVERY_MS;
    if (told.changes.length > 0 || isQuiet) {
      yield told.changes.length > 0 ? linesOf(told.changes) : '\n';
      toldAtMs = performance.now();
    }
    const quietInMs = Math.max(0, toldAtMs + EMPTY_LINE_EVERY_MS - performance.now());
    const next = await nextChanges(watch, follower, told.throughRevision, quietInMs);
    if (watch.signal.aborted) return;
    if (next instanceof WhitewaterError) {
      yield `${JSON.stringify(answerOf(next))}\n`;
      return;
    }
    told = next;
  }
}

/** @returns none after `withinMs`; an error when there will be none any more */
async function nextChanges(
  watch: Watch,
  follower: ChangeFollower,
  afterRevision: number,
  withinMs: number,
): Promise<TellableChanges | WhitewaterError> {
  const { prefix, signal } = watch;
  const none: TellableChanges = { changes: [], throughRevision: afterRevision };
  const held = follower.changesAfter(afterRevision, prefix);
  if (held === undefined) return (await ownChanges(watch, afterRevision)) ?? none;
  if (held.changes.length > 0 || held.throughRevision > afterRevision) return held;
  return (await follower.next({ signal, withinMs })) ?? none;
}

/** For a watch that lies behind. @returns undefined when there is no answer now; an error when there will be none */
async function ownChanges(watch: Watch, afterRevision: number): Promise<Changes | WhitewaterError | undefined> {
  try {
    return await changesAfter(watch, afterRevision);
  } catch (error) {
    if (watch.signal.aborted) return undefined;
    if (!(error instanceof WhitewaterError)) throw error;
    if (!isPassing(error)) return error;
    await pause(watch.signal);
    return undefined;
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
    const timer = setTimeout(done, RETRY_MS);
    signal.addEventListener('abort', done, { once: true });
    if (signal.aborted) done();
  });
}
