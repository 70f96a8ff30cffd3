import t from 'tap';
import { RETRY_MS_MIN } from '../../server/dashboard/src/connection/backoff.ts';
import type { Session } from '../../server/dashboard/src/connection/session.ts';
import { followSession } from '../../server/dashboard/src/state/followSession.ts';

const roleOf = (role: Session['role']): Session => ({ locked: role !== null, open: role !== null, role });

/** A relay that answers when the test says so, and a clock that stands still. */
function setUp() {
  const asked: { readonly answer: (session: Session) => void; readonly fail: () => void }[] = [];
  const timers: { readonly action: () => void; readonly afterMs: number; isCancelled: boolean }[] = [];
  const followed = followSession({
    read: () =>
      new Promise((resolve, reject) => {
        asked.push({ answer: resolve, fail: () => reject(new Error('no relay answers')) });
      }),
    setTimer: (action, afterMs) => {
      const timer = { action, afterMs, isCancelled: false };
      timers.push(timer);
      return () => (timer.isCancelled = true);
    },
    random: () => 0,
  });
  return { ...followed, asked, timers };
}

async function settled(): Promise<void> {
  for (let turn = 0; turn < 5; turn += 1) await Promise.resolve();
}

t.test('nothing may be done before the relay has said so', async (t) => {
  for (const [role, rights] of [
    ['admin', 'everything'],
    ['readOnly', 'looking'],
    ['client', 'looking'],
    [null, 'asking'],
  ] as const) {
    const page = setUp();
    page.ask();
    t.equal(page.rights.value, 'asking', 'and no word of looking only is said too early');
    page.asked[0]?.answer(roleOf(role));
    await settled();
    t.equal(page.rights.value, rights, String(role));
  }
});

t.test(
  'a session that could not be asked for means looking only, and is asked for again, each time later',
  async (t) => {
    const page = setUp();
    page.ask();
    for (const times of [1, 2, 4]) {
      page.asked.at(-1)?.fail();
      await settled();
      t.equal(page.rights.value, 'notTold');
      t.equal(page.timers.at(-1)?.afterMs, (RETRY_MS_MIN * times) / 2);
      page.timers.at(-1)?.action();
    }
    t.equal(page.asked.length, 4);
    page.asked.at(-1)?.answer(roleOf('readOnly'));
    await settled();
    t.equal(page.rights.value, 'looking');
    t.equal(page.timers.length, 3, 'an answer is enough');
  },
);

t.test('what was told stays while it is asked for again, and a new answer counts', async (t) => {
  const page = setUp();
  page.ask();
  page.asked[0]?.answer(roleOf('admin'));
  await settled();
  page.ask();
  t.equal(page.rights.value, 'everything');
  page.asked[1]?.fail();
  await settled();
  t.equal(page.rights.value, 'everything', 'the relay refuses what is no longer allowed');
  page.ask();
  t.equal(page.timers[0]?.isCancelled, true, 'one question at a time');
  page.ask();
  page.asked[3]?.answer(roleOf('readOnly'));
  page.asked[2]?.answer(roleOf('admin'));
  await settled();
  t.equal(page.rights.value, 'looking', 'an older answer that comes late does not');
});

t.test('who no longer wants to know is told nothing', async (t) => {
  const page = setUp();
  page.ask();
  page.stop();
  page.asked[0]?.fail();
  await settled();
  t.equal(page.timers.length, 0);
  t.equal(page.rights.value, 'asking');
});
