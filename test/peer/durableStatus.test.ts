import t from 'tap';
import { DurableStatus } from '../../peer/DurableStatus.ts';
import type { Status } from '../../shared/messages/Status.ts';

class Stage {
  lastLogIndex = 0;
  taken = 0;
  readonly status = new DurableStatus(() => {
    this.taken += 1;
    return { lastLogIndex: this.lastLogIndex } as Status;
  });

  told(isSettled: boolean): number {
    return this.status.status(isSettled).lastLogIndex;
  }
}

t.test('E43: while a write is under way, nothing is told that is not durable; then what it made durable', async (t) => {
  const stage = new Stage();
  stage.lastLogIndex = 5;
  stage.status.writeBegins(100);
  t.equal(stage.told(false), 0);
  stage.lastLogIndex = 7;
  t.equal(stage.told(false), 0, 'what came meanwhile neither');
  stage.status.written();
  t.equal(stage.told(false), 5, 'what was there when the write began');
  t.equal(stage.told(true), 7, 'everything, once everything is durable');
});

t.test(
  'under one write after the other it is taken now and then, and at once when something else than an index changed',
  async (t) => {
    const stage = new Stage();
    for (let nowMs = 0; nowMs < 1000; nowMs += 1) {
      stage.lastLogIndex = nowMs;
      stage.status.writeBegins(nowMs);
      stage.status.written();
      t.ok(stage.told(false) > nowMs - 11, 'not old');
    }
    t.ok(stage.taken <= 102, `${stage.taken} times`);
    stage.lastLogIndex = 2000;
    stage.status.factsChanged();
    stage.status.writeBegins(999.5);
    stage.status.written();
    t.equal(stage.told(false), 2000);
  },
);
