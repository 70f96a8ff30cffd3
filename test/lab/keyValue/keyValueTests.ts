import { genericTest } from './genericTest.ts';
import type { KeyValueClusterOptions } from './KeyValueLabCluster.ts';
import type { KeyValueTester } from './KeyValueTester.ts';
import { onePartition, oneKey, snapshotRpc, snapshotSize, speed, STATE_BYTES } from './singleTests.ts';

/** One test of lab 3, the same for every cluster. */
export interface KeyValueTest extends Omit<KeyValueClusterOptions, 'seed'> {
  /** As docs/TESTING.md counts them; K6 prints three lines, K6, K6b and K6c. */
  readonly number: string;
  /** As the lab prints it. */
  readonly title: string;
  /**
   * Whether the whole history must be found linearizable. Not where many append to one key at the same time and nobody reads before the
   * end: there are more orders than a search can try, and the test itself looks at all that was read.
   */
  readonly checksHistory: boolean;
  readonly run: (tester: KeyValueTester) => Promise<void>;
}

type Lab = '3A' | '3B';

const stateBytesOf = (lab: Lab): number | undefined => (lab === '3A' ? undefined : STATE_BYTES);

function single(
  lab: Lab,
  number: string,
  title: string,
  run: KeyValueTest['run'],
  choices: Partial<Pick<KeyValueTest, 'size' | 'network' | 'checksHistory'>> = {},
): KeyValueTest {
  const { size = 3, network = 'reliable', checksHistory = true } = choices;
  return { number, title: `${title} (${lab})`, run, size, network, checksHistory, stateBytes: stateBytesOf(lab) };
}

interface Trouble {
  readonly unreliable?: true;
  readonly crashes?: true;
  readonly partitions?: true;
  readonly randomKeys?: true;
}

/** GenericTest, with the title that the lab makes of what it does. */
function generic(lab: Lab, number: string, clients: number, size: number, trouble: Trouble = {}): KeyValueTest {
  const { unreliable = false, crashes = false, partitions = false, randomKeys = false } = trouble;
  const stateBytes = stateBytesOf(lab);
  const words = [
    ...(unreliable ? ['unreliable net'] : []),
    ...(crashes ? ['restarts'] : []),
    ...(partitions ? ['partitions'] : []),
    ...(stateBytes === undefined ? [] : ['snapshots']),
    ...(randomKeys ? ['random keys'] : []),
    clients > 1 ? 'many clients' : 'one client',
  ];
  const options = { clients, crashes, partitions, randomKeys, stateBytes };
  return {
    ...{ number, size, stateBytes, checksHistory: true, title: `${words.join(', ')} (${lab})` },
    network: unreliable ? 'unreliable' : 'reliable',
    run: (tester) => genericTest(tester, options),
  };
}

const LAB_3A: readonly KeyValueTest[] = [
  generic('3A', 'K1', 1, 5),
  single('3A', 'K2', 'ops complete fast enough', speed),
  generic('3A', 'K3', 5, 5),
  generic('3A', 'K4', 5, 5, { unreliable: true }),
  single('3A', 'K5', 'concurrent append to same key, unreliable', oneKey, {
    network: 'unreliable',
    checksHistory: false,
  }),
  single('3A', 'K6', 'progress in majority', onePartition, { size: 5 }),
  generic('3A', 'K7', 1, 5, { partitions: true }),
  generic('3A', 'K8', 5, 5, { partitions: true }),
  generic('3A', 'K9', 1, 5, { crashes: true }),
  generic('3A', 'K10', 5, 5, { crashes: true }),
  generic('3A', 'K11', 5, 5, { unreliable: true, crashes: true }),
  generic('3A', 'K12', 5, 5, { crashes: true, partitions: true }),
  generic('3A', 'K13', 5, 5, { unreliable: true, crashes: true, partitions: true }),
  generic('3A', 'K14', 15, 7, { unreliable: true, crashes: true, partitions: true, randomKeys: true }),
];

const LAB_3B: readonly KeyValueTest[] = [
  single('3B', 'K15', 'InstallSnapshot RPC', snapshotRpc),
  single('3B', 'K16', 'snapshot size is reasonable', snapshotSize),
  single('3B', 'K17', 'ops complete fast enough', speed),
  generic('3B', 'K18', 1, 5, { crashes: true }),
  generic('3B', 'K19', 20, 5, { crashes: true }),
  generic('3B', 'K20', 5, 5, { unreliable: true }),
  generic('3B', 'K21', 5, 5, { unreliable: true, crashes: true }),
  generic('3B', 'K22', 5, 5, { unreliable: true, crashes: true, partitions: true }),
  generic('3B', 'K23', 15, 7, { unreliable: true, crashes: true, partitions: true, randomKeys: true }),
];

export const KEY_VALUE_TESTS: Readonly<Record<Lab, readonly KeyValueTest[]>> = { '3A': LAB_3A, '3B': LAB_3B };
