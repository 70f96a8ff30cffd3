import type { Test } from 'tap';
import { type ElectionPreset, ELECTION_PRESETS } from '../../peer/raft/options.ts';
import { StallMeter } from '../support/StallMeter.ts';
import { testSeed } from '../support/testSeed.ts';
import { StallSensitive } from './StallSensitive.ts';

const TRIES_MAX = Number(process.env['WHITEWATER_LAB_TRIES'] ?? 3);

/** Timer, sender's socket, relay, receiver's socket: a frame passes as many turns of this process, and each may be late. */
const TURNS_OF_A_FRAME = 4;

/**
 * Tries one test of the lab over real sockets.
 *
 * The lab's tests presume that peers run when their timers are due. All peers are in this process: while the machine keeps
 * it from running for longer than heartbeats leave time, they lose their leader, and "one term" or "no leader" is decided by
 * chance. So a test that failed in one of these ways is tried again, aloud, exactly if such a stall was measured in the time that the
 * failure looked at; its trace is kept all the same. That no leader was elected, that there were too many heartbeats, or that the
 * relay reported wrongly is never excused, nor is a breach of safety. `WHITEWATER_LAB_TRIES=1` excuses nothing.
 *
 * @param tryOnce with a seed for all random choices; tells the failure, if any
 * @param triesMax of them, at the most
 * @returns how many tries it took
 */
export async function tryLabTest(
  t: Pick<Test, 'comment' | 'passing'>,
  preset: ElectionPreset,
  tryOnce: (seed: string) => Promise<unknown>,
  triesMax = TRIES_MAX,
): Promise<number> {
  const seed = testSeed(t);
  const { heartbeatMs, electionTimeoutMsMin } = ELECTION_PRESETS[preset];
  const stallMsMax = (electionTimeoutMsMin - heartbeatMs) / TURNS_OF_A_FRAME;
  for (let attempt = 1; ; attempt += 1) {
    const meter = new StallMeter();
    const failure = await tryOnce(attempt === 1 ? seed : `${seed}-${attempt}`);
    meter.stop();
    if (failure === undefined) return attempt;
    const error = failure instanceof Error ? failure : new Error('what was thrown is no error', { cause: failure });
    const { isExcused, said } = excuseOf(error, meter, stallMsMax);
    const isLast = !isExcused || !t.passing() || attempt >= triesMax;
    t.comment(`${error.message}; ${said}${isLast ? '' : ': trying again'}`);
    if (isLast) throw error;
  }
}

/** Whether a stall was long enough, and at a time, to be the cause. */
function excuseOf(error: Error, meter: StallMeter, stallMsMax: number): { isExcused: boolean; said: string } {
  if (!(error instanceof StallSensitive)) return { isExcused: false, said: 'no stall is an excuse' };
  const { atMs, reachMs, stallMsMin } = error;
  const stallMs = meter.longestMs(atMs - reachMs, atMs);
  const said = `in the ${reachMs / 1000} s before, this process stood still for ${Math.round(stallMs)} ms`;
  return { isExcused: stallMs > Math.max(stallMsMax, stallMsMin), said };
}
