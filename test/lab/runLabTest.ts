import type { Test } from 'tap';
import { ELECTION_PRESETS, type ElectionPreset } from '../../peer/raft/options.ts';
import { seededRandom } from '../../shared/random.ts';
import { MemoryTrace } from '../support/MemoryTrace.ts';
import { StallMeter } from '../support/StallMeter.ts';
import { testSeed } from '../support/testSeed.ts';
import { LabTester } from './LabTester.ts';
import { StallSensitive } from './StallSensitive.ts';
import { RelayCluster } from './RelayCluster.ts';

export interface LabTest {
  readonly name: string;
  readonly size: number;
  readonly preset: ElectionPreset;
  /** @param warn takes what the lab only warns of */
  readonly run: (tester: LabTester, warn: (text: string) => void) => Promise<void>;
}

const TRIES_MAX = Number(process.env['WHITEWATER_LAB_TRIES'] ?? 3);

/** Timer, sender's socket, relay, receiver's socket: a frame passes as many turns of this process, and each may be late. */
const TURNS_OF_A_FRAME = 4;

/**
 * Runs one test of the lab over real sockets, and prints the lab's line. The trace is kept if it failed.
 *
 * The lab's tests presume that peers run when their timers are due. All peers are in this process: while the machine keeps
 * it from running for longer than heartbeats leave time, they lose their leader, and "one term" or "no leader" is decided by
 * chance. So a test that failed in one of these ways is tried again, aloud, exactly if such a stall was measured; its trace is kept
 * all the same. That no leader was elected, that there were too many heartbeats, or that the relay reported wrongly is
 * never excused, nor is a breach of safety. `WHITEWATER_LAB_TRIES=1` excuses nothing.
 */
export async function runLabTest(t: Test, test: LabTest): Promise<void> {
  const seed = testSeed(t);
  const { heartbeatMs, electionTimeoutMsMin } = ELECTION_PRESETS[test.preset];
  const stallMsMax = (electionTimeoutMsMin - heartbeatMs) / TURNS_OF_A_FRAME;
  for (let attempt = 1; ; attempt += 1) {
    const { error, stallMs } = await tryOnce(t, test, attempt === 1 ? seed : `${seed}-${attempt}`);
    if (error === undefined) return;
    const isExcused =
      error instanceof StallSensitive && stallMs > Math.max(stallMsMax, error.stallMsMin) && t.passing();
    const isLast = !isExcused || attempt === TRIES_MAX;
    t.comment(
      `${error.message}; this process stood still for ${Math.round(stallMs)} ms${isLast ? '' : ': trying again'}`,
    );
    if (isLast) throw error;
  }
}

interface Outcome {
  readonly error: Error | undefined;
  /** The longest time for which this process stood still. */
  readonly stallMs: number;
}

async function tryOnce(t: Test, { name, size, preset, run }: LabTest, seed: string): Promise<Outcome> {
  const trace = new MemoryTrace(['election', 'vote']);
  const cluster = await RelayCluster.start({ size, seed, preset, trace });
  const meter = new StallMeter();
  let failure: unknown;
  try {
    const tester = await LabTester.begin(cluster, seededRandom(seed, 'tester'));
    await run(tester, (text) => t.comment(text));
    t.comment(await tester.passedLine());
    await cluster.verifyReport();
  } catch (error) {
    trace.keep(`${name}-${preset}-seed-${seed}`);
    failure = error;
  }
  const stallMs = meter.stop();
  await cluster.stop();
  checkSafety(t, cluster, trace);
  const error =
    failure === undefined || failure instanceof Error
      ? failure
      : new Error('what was thrown is no error', { cause: failure });
  return { error, stallMs };
}

function checkSafety(t: Test, { ledger, size }: RelayCluster, trace: MemoryTrace): void {
  for (const record of trace.records) ledger.readTrace(record);
  t.same(ledger.violations(), [], 'at most one leader in a term, one vote of each peer in a term');
  t.ok(ledger.termsLed.length > 0 && ledger.votesSeen > size / 2, 'the wire was read');
}
