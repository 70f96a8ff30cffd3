import { computed, type ReadonlySignal, signal } from '@preact/signals';
import { retryDelayMs } from '../connection/backoff.ts';
import type { FeedPorts } from '../connection/LiveFeed.ts';
import { type Rights, rightsOf, type Session } from '../connection/session.ts';

export interface SessionPorts extends Pick<FeedPorts, 'setTimer' | 'random'> {
  readonly read: () => Promise<Session>;
}

export interface FollowedSession {
  /** Null until it is known. What was told once stays while it is asked for again. */
  readonly session: ReadonlySignal<Session | null>;
  readonly rights: ReadonlySignal<Rights>;
  /** Asks now, and after a failure again and again until there is an answer. */
  readonly ask: () => void;
  readonly stop: () => void;
}

/** What this browser may do. */
export function followSession({ read, setTimer, random }: SessionPorts): FollowedSession {
  const session = signal<Session | null>(null);
  const hasFailed = signal(false);
  let round = 0;
  let cancel: (() => void) | undefined;
  const attempt = (failures: number): void => {
    cancel?.();
    const now = ++round;
    read().then(
      (answer) => {
        if (now !== round) return;
        session.value = answer;
        hasFailed.value = false;
      },
      () => {
        if (now !== round) return;
        hasFailed.value = true;
        cancel = setTimer(() => attempt(failures + 1), retryDelayMs(failures + 1, random()));
      },
    );
  };
  return {
    session,
    rights: computed(() => rightsOf(session.value, hasFailed.value)),
    ask: () => attempt(0),
    stop: () => {
      round += 1;
      cancel?.();
    },
  };
}
