import type { Clock } from '../../endpoint/ports/Clock.ts';
import { WhitewaterError } from '../../shared/errors.ts';
import type { PeerId } from '../../shared/ids.ts';
import type { MemberChange } from '../../shared/messages/ClientRequest.ts';
import type { Status } from '../../shared/messages/Status.ts';
import type { Patience, Replica } from './Replica.ts';

export interface MembershipHost {
  readonly replica: Pick<Replica, 'changeMembership'>;
  readonly clock: Clock;
  readonly status: () => Status;
}

/** How long a change may take that has new voters catch up first, unless told otherwise. */
const TIMEOUT_MS = 60_000;
/** So often the leader looks whether a learner has caught up, or a change is complete. */
const LOOK_AGAIN_MS = 20;

/**
 * Changes the members, and waits until the change is complete: the joint phase committed and left (paper, section 6). A new voter
 * is a learner until it has caught up (thesis, 4.2.1), so that it does not hold up the commits that need it.
 *
 * @throws {WhitewaterError} `NOT_LEADER`, `MEMBERSHIP_REFUSED`, `TIMED_OUT`: nothing changed, but that new voters may have become
 *   learners; `OUTCOME_UNKNOWN`: it may have changed, or may yet
 */
export async function changeMembers(
  host: MembershipHost,
  change: MemberChange,
  { timeoutMs = TIMEOUT_MS, signal }: Patience,
): Promise<void> {
  const endMs = host.clock.nowMs() + timeoutMs;
  const patience = (): Patience => ({
    timeoutMs: Math.max(1, endMs - host.clock.nowMs()),
    ...(signal === undefined ? {} : { signal }),
  });
  refuseContradictions(change);
  const { voters: votersBefore } = host.status();
  const newVoters = change.voters.filter((peer) => !votersBefore.includes(peer));
  const learners = newVoters.filter((peer) => !host.status().learners.includes(peer));
  if (learners.length > 0) {
    await replace(host, { voters: [], learners, removed: [] }, patience);
  }
  await replace(host, change, patience);
}

/** One change by joint consensus, to its end. */
async function replace(host: MembershipHost, change: MemberChange, patience: () => Patience): Promise<void> {
  const target = await begin(host, change, patience);
  // What was accepted is the joint half. The second half follows by itself, whoever leads.
  while (!isAsWanted(host.status(), target)) {
    const { timeoutMs = 0, signal } = patience();
    if (timeoutMs <= 1) throw undecided('the change is not complete in time');
    await turn(host.clock, signal);
  }
}

/** Puts the joint configuration into the log, as soon as it may stand there. */
async function begin(host: MembershipHost, change: MemberChange, patience: () => Patience): Promise<Target> {
  for (;;) {
    const target = targetOf(host.status(), change);
    if (isAsWanted(host.status(), target)) return target;
    const { timeoutMs = 0, signal } = patience();
    try {
      await host.replica.changeMembership(target.voters, target.learners, patience());
      return target;
    } catch (error) {
      // The earlier change ends, the term gets its first commit, the learners come nearer: each by itself.
      if (!passes(error) || timeoutMs <= 1) throw error;
    }
    await turn(host.clock, signal);
  }
}

interface Target {
  readonly voters: readonly PeerId[];
  readonly learners: readonly PeerId[];
}

function targetOf({ voters, learners }: Status, change: MemberChange): Target {
  const changed = new Set([...change.voters, ...change.learners, ...change.removed]);
  const unchanged = (peer: PeerId): boolean => !changed.has(peer);
  return {
    voters: [...voters.filter(unchanged), ...change.voters],
    learners: [...learners.filter(unchanged), ...change.learners],
  };
}

function isAsWanted({ voters, learners, votersOutgoing }: Status, target: Target): boolean {
  return votersOutgoing.length === 0 && isSame(voters, target.voters) && isSame(learners, target.learners);
}

function isSame(one: readonly PeerId[], other: readonly PeerId[]): boolean {
  return one.length === other.length && new Set([...one, ...other]).size === one.length;
}

function refuseContradictions({ voters, learners, removed }: MemberChange): void {
  const named = [...voters, ...learners, ...removed];
  if (named.length === 0) throw new WhitewaterError('MEMBERSHIP_REFUSED', 'the change names nobody');
  if (new Set(named).size === named.length) return;
  throw new WhitewaterError('MEMBERSHIP_REFUSED', `the change names a peer twice: ${named.join(', ')}`);
}

const PASSING: readonly unknown[] = ['notCaughtUp', 'changeInProgress', 'termNotCommitted'];

function passes(error: unknown): boolean {
  if (!(error instanceof WhitewaterError) || error.code !== 'MEMBERSHIP_REFUSED') return false;
  return PASSING.includes((error.details as { reason?: unknown } | undefined)?.reason);
}

function undecided(why: string): WhitewaterError {
  return new WhitewaterError('OUTCOME_UNKNOWN', `${why}: look at the members before asking again`);
}

function turn(clock: Clock, signal: AbortSignal | undefined): Promise<void> {
  signal?.throwIfAborted();
  return new Promise((resolve) => void clock.setTimer(clock.nowMs() + LOOK_AGAIN_MS, resolve));
}
