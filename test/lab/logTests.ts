import type { ElectionPreset } from '../../peer/raft/options.ts';
import {
  basicAgreement,
  concurrentStarts,
  followerFailure,
  followerReconnects,
  leaderBacksUp,
  leaderFailure,
  noAgreement,
  rejoinOfLeader,
  rpcByteCount,
  rpcCounts,
} from './agreement.ts';
import { churn } from './churn.ts';
import type { LabNetwork } from './LogCluster.ts';
import type { LogTester } from './LogTester.ts';
import {
  basicPersistence,
  figure8,
  figure8Unreliable,
  morePersistence,
  partitionedLeader,
  unreliableAgreement,
} from './persistence.ts';
import { allCrash, initializationAfterCrash, snapshotTest } from './snapshots.ts';

/** One test of the lab over logs, the same for every cluster. */
export interface LogTest {
  /** As docs/TESTING.md counts them. */
  readonly number: string;
  /** As the lab prints it. */
  readonly title: string;
  readonly size: number;
  /** At the start. */
  readonly network: LabNetwork;
  readonly takesSnapshots: boolean;
  readonly preset: ElectionPreset;
  readonly run: (tester: LogTester) => Promise<void>;
}

type Choices = Partial<Pick<LogTest, 'size' | 'network' | 'takesSnapshots'>>;

function test(number: string, title: string, run: LogTest['run'], choices: Choices = {}): LogTest {
  const { size = 3, network = 'reliable', takesSnapshots = false } = choices;
  // Where a tenth of the messages is lost, an election after two lost heartbeats is one too many (A14, A15).
  const preset = network === 'reliable' ? 'lab' : 'labRelaxed';
  return { number, title, run, size, network, takesSnapshots, preset };
}

const LAB_2B: readonly LogTest[] = [
  test('B1', 'basic agreement', basicAgreement),
  test('B2', 'RPC byte count', rpcByteCount),
  test('B2a', 'test progressive failure of followers', followerFailure),
  test('B2b', 'test failure of leaders', leaderFailure),
  test('B3', 'agreement after follower reconnects', followerReconnects),
  test('B4', 'no agreement if too many followers disconnect', noAgreement, { size: 5 }),
  test('B5', 'concurrent Start()s', concurrentStarts),
  test('B6', 'rejoin of partitioned leader', rejoinOfLeader),
  test('B7', 'leader backs up quickly over incorrect follower logs', leaderBacksUp, { size: 5 }),
  test('B8', "RPC counts aren't too high", rpcCounts),
];

const LAB_2C: readonly LogTest[] = [
  test('C1', 'basic persistence', basicPersistence),
  test('C2', 'more persistence', morePersistence, { size: 5 }),
  test('C3', 'partitioned leader and one follower crash, leader restarts', partitionedLeader),
  test('C4', 'Figure 8', figure8, { size: 5 }),
  test('C5', 'unreliable agreement', unreliableAgreement, { size: 5, network: 'unreliable' }),
  test('C6', 'Figure 8 (unreliable)', figure8Unreliable, { size: 5, network: 'unreliable' }),
  test('C7', 'churn', churn, { size: 5 }),
  test('C8', 'unreliable churn', churn, { size: 5, network: 'unreliable' }),
];

const [stays, isDisconnected, crashes] = (['stays', 'isDisconnected', 'crashes'] as const).map((victim) =>
  snapshotTest({ victim }),
) as [LogTest['run'], LogTest['run'], LogTest['run']];

const SNAPSHOTS = { takesSnapshots: true } as const;
const UNRELIABLE_SNAPSHOTS = { ...SNAPSHOTS, network: 'unreliable' } as const;

const LAB_2D: readonly LogTest[] = [
  test('D1', 'snapshots basic', stays, SNAPSHOTS),
  test('D2', 'install snapshots (disconnect)', isDisconnected, SNAPSHOTS),
  test('D3', 'install snapshots (disconnect+unreliable)', isDisconnected, UNRELIABLE_SNAPSHOTS),
  test('D4', 'install snapshots (crash)', crashes, SNAPSHOTS),
  test('D5', 'install snapshots (unreliable+crash)', crashes, UNRELIABLE_SNAPSHOTS),
  test('D6', 'crash and restart all servers', allCrash, SNAPSHOTS),
  test('D7', 'snapshot initialization after crash', initializationAfterCrash, SNAPSHOTS),
];

export const LOG_TESTS: Readonly<Record<'2B' | '2C' | '2D', readonly LogTest[]>> = {
  '2B': LAB_2B,
  '2C': LAB_2C,
  '2D': LAB_2D,
};
