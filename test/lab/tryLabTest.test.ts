import t from 'tap';
import { longestStallMs, StallMeter } from '../support/StallMeter.ts';
import { until } from '../support/until.ts';
import { StallSensitive } from './StallSensitive.ts';
import { tryLabTest } from './tryLabTest.ts';

/** Keeps this process from everything else, as a busy machine does. */
function standStill(forMs: number): void {
  const endMs = performance.now() + forMs;
  while (performance.now() < endMs);
}

/** A test that goes on, whatever becomes of those that it tries. */
const attempts = { comment: (): void => undefined, passing: (): boolean => true };

/** Longer than heartbeats leave, on a machine that is busy with other work too. */
const STALL_MS = 400;
/** Longer than it takes such a machine to let everybody have their turn. */
const LONG_MS = 1_500;

t.test('a stall excuses a failure that looked at the time when it was', async (t) => {
  let count = 0;
  const tries = await tryLabTest(attempts, 'lab', async () => {
    count += 1;
    if (count > 1) return undefined;
    standStill(STALL_MS);
    return new StallSensitive('a term too many');
  });
  t.equal(tries, 2);
});

t.test('a stall that was over long before, or came later, excuses nothing', async (t) => {
  const reachMs = 100;
  let count = 0;
  const tryOnce = async (): Promise<unknown> => {
    count += 1;
    standStill(LONG_MS);
    const endedMs = performance.now();
    // Nobody promises that the machine is idle meanwhile: what counts is a stall of this length.
    await until(() => performance.now() > endedMs + 2 * reachMs, { withinMs: 30_000, what: 'time to pass' });
    const failure = new StallSensitive('a term too many', LONG_MS - 300, reachMs);
    await until(() => performance.now() > failure.atMs + 20, { withinMs: 30_000, what: 'the failure to be past' });
    standStill(LONG_MS);
    return failure;
  };
  await t.rejects(tryLabTest(attempts, 'lab', tryOnce), { message: 'a term too many' });
  t.equal(count, 1);
});

t.test('other failures, safety and the last try are never excused', async (t) => {
  const failing = (error: Error) => async (): Promise<unknown> => {
    standStill(STALL_MS);
    return error;
  };
  await t.rejects(tryLabTest(attempts, 'lab', failing(new Error('no leader'))), { message: 'no leader' });
  const unsafe = { ...attempts, passing: (): boolean => false };
  await t.rejects(tryLabTest(unsafe, 'lab', failing(new StallSensitive('unsafe'))), { message: 'unsafe' });
  await t.rejects(tryLabTest(attempts, 'lab', failing(new StallSensitive('strict')), 1), { message: 'strict' });
});

t.test('the meter knows when a stall was, also of one that nothing has seen the end of', async (t) => {
  const meter = new StallMeter();
  const beganMs = performance.now();
  standStill(STALL_MS);
  const endedMs = performance.now();
  meter.stop();
  t.ok(meter.longestMs(beganMs, endedMs) > STALL_MS / 2, `${meter.longestMs(beganMs, endedMs)} ms`);
  const stalls = [
    { endedAtMs: 100, ms: 30 },
    { endedAtMs: 200, ms: 50 },
  ];
  t.equal(longestStallMs(stalls, 0, 300), 50);
  t.equal(longestStallMs(stalls, 0, 149), 30, 'the other had not begun');
  t.equal(longestStallMs(stalls, 0, 160), 50, 'it had');
  t.equal(longestStallMs(stalls, 101, 149), 0);
  t.equal(longestStallMs(stalls, 201, 300), 0);
});
