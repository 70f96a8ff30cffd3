import t from 'tap';
import { changeMembers, type MembershipHost } from '../../peer/replica/changeMembers.ts';
import { WhitewaterError } from '../../shared/errors.ts';
import { peerId } from '../../shared/ids.ts';
import type { Status } from '../../shared/messages/Status.ts';
import { VirtualClock } from '../../sim/VirtualClock.ts';
import { STATUS } from '../support/driverStage.ts';

const ids = (...names: string[]) => names.map(peerId);

/** A leader in virtual time whose log is the test's. */
class Stage {
  readonly clock = new VirtualClock();
  status: Status;
  asked: { voters: readonly string[]; learners: readonly string[] }[] = [];
  refusals: string[] = [];
  roundsConfirmed = 0;
  isStopped = false;

  constructor(status: Partial<Status> = {}) {
    this.status = {
      ...{ ...STATUS, storage: 'memory', uptimeMs: 0 },
      ...{ role: 'leader', leader: peerId('p1'), voters: ids('p1', 'p2', 'p3'), learners: [], votersOutgoing: [] },
      ...{ configurationIndex: 0, commitIndex: 5, lastLogIndex: 5 },
      ...status,
    };
  }

  get host(): MembershipHost {
    const isStopped = (): boolean => this.isStopped;
    return {
      clock: this.clock,
      status: () => this.status,
      replica: {
        get isStopped() {
          return isStopped();
        },
        caughtUp: async () => void (this.roundsConfirmed += 1),
        changeMembership: async (voters, learners) => {
          const reason = this.refusals.shift();
          if (reason !== undefined) throw new WhitewaterError('MEMBERSHIP_REFUSED', reason, { details: { reason } });
          this.asked.push({ voters, learners });
          const index = this.status.lastLogIndex + 1;
          // The joint configuration, committed.
          this.set({ voters: [...voters], learners: [...learners], votersOutgoing: this.status.voters });
          this.set({ configurationIndex: index, lastLogIndex: index, commitIndex: index });
          return index;
        },
      },
    };
  }

  set(change: Partial<Status>): void {
    this.status = { ...this.status, ...change };
  }

  /** The second half is in the log. */
  leaveJoint(isCommitted: boolean): void {
    const index = this.status.lastLogIndex + 1;
    this.set({ votersOutgoing: [], configurationIndex: index, lastLogIndex: index });
    if (isCommitted) this.set({ commitIndex: index });
  }

  change(what: { voters?: string[]; learners?: string[]; removed?: string[] }, timeoutMs = 5_000): Promise<unknown> {
    const { voters = [], learners = [], removed = [] } = what;
    const change = { voters: ids(...voters), learners: ids(...learners), removed: ids(...removed) };
    return changeMembers(this.host, change, { timeoutMs }).then(
      () => 'done',
      (error: unknown) => error,
    );
  }

  async turns(count = 10): Promise<void> {
    for (let turn = 0; turn < count; turn += 1) {
      await new Promise((resolve) => setImmediate(resolve));
      this.clock.advance(20);
    }
  }
}

/** What became of it so far. */
async function stateOf(promise: Promise<unknown>): Promise<unknown> {
  return Promise.race([promise, Promise.resolve('under way')]);
}

t.test('a change is complete when the new configuration is alone and committed, not before', async (t) => {
  const stage = new Stage();
  const change = stage.change({ removed: ['p3'] });
  await stage.turns();
  t.same(stage.asked, [{ voters: ['p1', 'p2'], learners: [] }]);
  t.equal(await stateOf(change), 'under way', 'joint');
  stage.leaveJoint(false);
  await stage.turns();
  t.equal(await stateOf(change), 'under way', 'on one disk only');
  stage.set({ commitIndex: stage.status.configurationIndex });
  await stage.turns();
  t.equal(await change, 'done');
});

t.test('another change that begins before anybody looked does not hide that this one is complete', async (t) => {
  const stage = new Stage();
  const change = stage.change({ learners: ['p4'] });
  await stage.turns(1);
  stage.leaveJoint(true);
  const index = stage.status.lastLogIndex + 1;
  stage.set({ learners: ids('p4', 'p5'), votersOutgoing: stage.status.voters, configurationIndex: index });
  stage.set({ lastLogIndex: index });
  await stage.turns();
  t.equal(await change, 'done');
});

t.test('a new voter learns first; what passes by itself is waited for', async (t) => {
  const stage = new Stage();
  stage.refusals = ['changeInProgress', 'termNotCommitted'];
  const change = stage.change({ voters: ['p4'] });
  await stage.turns();
  t.same(stage.asked, [{ voters: ['p1', 'p2', 'p3'], learners: ['p4'] }]);
  stage.refusals = ['notCaughtUp', 'notCaughtUp'];
  stage.leaveJoint(true);
  await stage.turns();
  t.same(stage.asked[1], { voters: ['p1', 'p2', 'p3', 'p4'], learners: [] });
  stage.leaveJoint(true);
  await stage.turns();
  t.equal(await change, 'done');
});

t.test('who does not lead says so, and does not say "done" of what it believes', async (t) => {
  const follower = new Stage({ role: 'follower', leader: peerId('p2') });
  t.match(await follower.change({ removed: ['p9'] }), { code: 'NOT_LEADER', details: { leader: 'p2' } });
  const leader = new Stage();
  t.equal(await leader.change({ removed: ['p9'] }), 'done');
  t.equal(leader.roundsConfirmed, 1, 'a leader asks the others whether it is one');
  const deposed = new Stage();
  const { host } = deposed;
  deposed.set({ role: 'leader' });
  const caughtUp = (): Promise<void> => {
    deposed.set({ role: 'follower' });
    return Promise.resolve();
  };
  const change = changeMembers(
    { ...host, replica: { ...host.replica, caughtUp, isStopped: false } },
    { voters: [], learners: [], removed: ids('p9') },
    {},
  );
  const outcome = change.catch((error: unknown) => error);
  await deposed.turns();
  t.match(await outcome, { code: 'NOT_LEADER' });
});

t.test(
  'a change that does not end in time, or whose peer stops, is undecided; one that never began is not',
  async (t) => {
    const late = new Stage();
    const change = late.change({ removed: ['p3'] }, 200);
    await late.turns(20);
    t.match(await change, { code: 'OUTCOME_UNKNOWN' });
    const stopping = new Stage();
    const other = stopping.change({ removed: ['p3'] });
    await stopping.turns(2);
    stopping.isStopped = true;
    await stopping.turns(2);
    t.match(await other, { code: 'OUTCOME_UNKNOWN' });
    const never = new Stage();
    never.refusals = Array.from({ length: 100 }, () => 'notCaughtUp');
    const third = never.change({ removed: ['p3'] }, 200);
    await never.turns(20);
    t.match(await third, { code: 'MEMBERSHIP_REFUSED' });
  },
);

t.test('a change that contradicts itself, or says nothing, is refused', async (t) => {
  t.match(await new Stage().change({}), { code: 'MEMBERSHIP_REFUSED' });
  t.match(await new Stage().change({ voters: ['p4'], removed: ['p4'] }), { code: 'MEMBERSHIP_REFUSED' });
});
