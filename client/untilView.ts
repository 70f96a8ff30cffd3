import { WhitewaterError } from '../shared/errors.ts';
import type { ClusterView } from '../shared/http/ClusterView.ts';
import type { LiveMessage } from '../shared/http/Live.ts';

/** What there is to wait by. */
export interface ViewSource {
  /** The cluster as it is now; undefined while none of its endpoints has connected. */
  look(): Promise<ClusterView | undefined>;
  /** What changes in it. */
  live(signal: AbortSignal): AsyncGenerator<LiveMessage, void, undefined>;
}

const NOBODY = 'no endpoint of the cluster has connected yet';

/** Judges a view: true is what was waited for. A string says why not yet, for the error. */
export type ViewCondition = (view: ClusterView) => boolean | string | Promise<boolean | string>;

export interface UntilOptions {
  readonly withinMs?: number;
  /** What is waited for, in words, for the error. */
  readonly what?: string;
}

const WITHIN_MS = 10_000;
/** Changes that no message tells of, such as a key's value, are looked for so often. */
const LOOK_EVERY_MS = 50;

/**
 * Waits until a condition is true of the newest view: it is asked at each change that the feed tells of, and besides every 50 ms.
 * @returns the view of which it is true
 * @throws {WhitewaterError} TIMED_OUT saying what was seen last, also when it was true and the look took too long; what the condition throws; CLUSTER_UNKNOWN
 */
export async function untilView(
  source: ViewSource,
  condition: ViewCondition,
  { withinMs = WITHIN_MS, what = 'the condition' }: UntilOptions,
): Promise<ClusterView> {
  const deadlineMs = performance.now() + withinMs;
  const bell = new Bell();
  const ending = new AbortController();
  const ringing = ringAtChanges(source, bell, ending.signal);
  try {
    for (;;) {
      const view = await source.look();
      const verdict = view === undefined ? NOBODY : await condition(view);
      const leftMs = deadlineMs - performance.now();
      // What is known too late is late, but for a look that was to be the only one.
      if (view !== undefined && verdict === true && (leftMs >= 0 || withinMs === 0)) return view;
      if (leftMs <= 0) throw late(what, withinMs, verdict, view);
      await bell.rung(Math.min(leftMs, LOOK_EVERY_MS));
    }
  } finally {
    ending.abort();
    await ringing;
  }
}

/** A feed that does not open, or ends, leaves the looks by the clock. */
async function ringAtChanges(source: ViewSource, bell: Bell, signal: AbortSignal): Promise<void> {
  try {
    const messages = source.live(signal);
    for (let next = await messages.next(); next.done !== true; next = await messages.next()) bell.ring();
  } catch {
    // The next look tells what is wrong, if something is.
  }
}

class Bell {
  #wake: () => void = () => undefined;
  #isRung = false;

  ring(): void {
    this.#isRung = true;
    this.#wake();
  }

  /** Resolves at the next ring, or one since the last call, or after so long. */
  async rung(withinMs: number): Promise<void> {
    if (!this.#isRung) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, withinMs);
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    this.#isRung = false;
    this.#wake = () => undefined;
  }
}

function late(
  what: string,
  withinMs: number,
  verdict: boolean | string,
  view: ClusterView | undefined,
): WhitewaterError {
  const seen = [...(typeof verdict === 'string' ? [verdict] : []), ...(view === undefined ? [] : [describeView(view)])];
  const message = `waited ${withinMs} ms in vain for ${what}; last seen: ${seen.join('; ')}`;
  return new WhitewaterError('TIMED_OUT', message, { details: { view } });
}

/** A cluster in one line: who is what, in which term, with what committed. */
export function describeView({ leader, term, peers, partition }: ClusterView): string {
  const told = peers
    .filter(({ kind }) => kind === 'peer')
    .map(({ id, connected, role, term: own, commitIndex }) => {
      if (!connected) return `${id} disconnected`;
      return role === null ? `${id} connected` : `${id} ${role} in term ${own ?? 0}, commit ${commitIndex ?? 0}`;
    });
  const head = leader === null ? `no leader, highest term ${term}` : `leader ${leader}, highest term ${term}`;
  const cut =
    partition === null
      ? []
      : [`partition ${partition.shape ?? partition.groups.map((group) => group.join(',')).join('|')}`];
  return [head, ...told, ...cut].join('; ');
}
