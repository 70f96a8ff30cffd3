import t from 'tap';
import { PutLoad } from '../../bench/support/PutLoad.ts';

const LOAD = { keys: 10, valueBytes: 16, outstanding: 4, seconds: 0.1 };

t.test('a put that is answered at once lets the process come to its timers', async (t) => {
  let turns = 0;
  const timer = setInterval(() => (turns += 1), 1);
  const { puts, seconds } = await new PutLoad(async () => undefined, LOAD).result();
  clearInterval(timer);
  t.ok(puts > 100, `${puts} puts`);
  t.ok(seconds < 5, `${seconds} s`);
  t.ok(turns > 0, `${turns} turns`);
});

t.test('one that fails ends the load with its error', async (t) => {
  const failing = new PutLoad(() => Promise.reject(new Error('no')), LOAD);
  await t.rejects(failing.result(), /no/);
});
