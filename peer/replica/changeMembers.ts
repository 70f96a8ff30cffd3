import type { Clock } from '../../endpoint/ports/Clock.ts';
import { WhitewaterError } from '../../shared/errors.ts';
import type { PeerId } from '../../shared/ids.ts';
import type { MemberChange } from '../../shared/messages/ClientRequest.ts';
import type { Status } from '../../shared/messages/Status.ts';
import type { Replica } from './Replica.ts';
import type { Patience } from './Wait.ts';

export interface MembershipHost {
  readonly replica: Pick<Replica, 'changeMembership' | 'caughtUp' | 'isStopped'>;
  readonly clock: Clock;
  readonly status: () => Status;
}

/** How long a change may take that has new voters catch up first, unless told otherwise. */
const TIMEOUT_MS = 60_000;
/** So often the leader looks whether a learner has caught up, or a change is complete. */
const LOOK_AGAIN_MS = 20;

/**
 * Changes the members, and waits until the change is complete: the new configuration alone in force, and committed (paper, section
 * 6). Until then the old members are needed. A new voter is a learner until it has caught up (thesis, 4.2.1), so that it does not
 * hold up the commits that need it.
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
  refuseUnlessLeading(host);
  const { voters, learners } = host.status();
  const strangers = change.voters.filter((peer) => !voters.includes(peer) && !learners.includes(peer));
  if (strangers.length > 0) await replace(host, { voters: [], learners: strangers, removed: [] }, patience);
  await replace(host, change, patience);
}

/** One change by joint consensus, to its end. */
async function replace(host: MembershipHost, change: MemberChange, patience: () => Patience): Promise<void> {
  const jointIndex = await begin(host, change, patience);
  while (jointIndex !== undefined && !isPast(host.status(), jointIndex)) {
    if ((patience().timeoutMs ?? 0) <= 1) throw undecided('the change is not complete in time');
    if (host.replica.isStopped) throw undecided('the peer stopped');
    await turn(host.clock, patience().signal);
  }
}

/**
 * Puts the joint configuration into the log, as soon as it may stand there.
 * @returns its index, committed; undefined when the members are what is wanted already
 */
async function begin(
  host: MembershipHost,
  change: MemberChange,
  patience: () => Patience,
): Promise<number | undefined> {
  for (;;) {
    refuseUnlessLeading(host);
    const target = targetOf(host.status(), change);
    const { timeoutMs = 0, signal } = patience();
    try {
      if (!isAsWanted(host.status(), target)) {
        return await host.replica.changeMembership(target.voters, target.learners, patience());
      }
      // What this peer believes may be old: whether it leads it can only learn from the others.
      await host.replica.caughtUp(patience());
      if (host.status().role === 'leader' && isAsWanted(host.status(), target)) return undefined;
    } catch (error) {
      // The earlier change ends, the term gets its first commit, the learners come nearer: each by itself.
      if (!passes(error) || timeoutMs <= 1) throw error;
    }
    if (timeoutMs <= 1) throw new WhitewaterError('TIMED_OUT', 'an earlier change of members is not complete in time');
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

/** In force, alone, and committed. */
function isAsWanted(status: Status, target: Target): boolean {
  const { voters, learners, votersOutgoing, configurationIndex, commitIndex } = status;
  const isSure = votersOutgoing.length === 0 && configurationIndex <= commitIndex;
  return isSure && isSame(voters, target.voters) && isSame(learners, target.learners);
}

/** Whether the change that began with this joint configuration is complete. Another one may be under way by now. */
function isPast({ votersOutgoing, configurationIndex, commitIndex }: Status, jointIndex: number): boolean {
  if (configurationIndex <= jointIndex) return false;
  // A joint configuration only comes after the earlier one is committed.
  return votersOutgoing.length > 0 || configurationIndex <= commitIndex;
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

function refuseUnlessLeading({ status, replica }: MembershipHost): void {
  if (replica.isStopped) throw new WhitewaterError('PEER_STOPPED', 'the peer stopped before the change began');
  const { role, leader } = status();
  if (role === 'leader') return;
  const hint = leader === null ? '' : `; ask ${leader}`;
  throw new WhitewaterError('NOT_LEADER', `this peer does not lead${hint}`, { details: { leader } });
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
