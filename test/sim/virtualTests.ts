import type { ElectionPreset } from '../../peer/raft/options.ts';
import {
  initialElection,
  isolatedLeaderStepsDown,
  manyElections,
  reElection,
  rejoiningPeerDisturbsNobody,
} from '../lab/elections.ts';
import { KEY_VALUE_TESTS, type KeyValueTest } from '../lab/keyValue/keyValueTests.ts';
import { passedLine } from '../lab/keyValue/KeyValueTester.ts';
import { LOG_TESTS, type LogTest } from '../lab/logTests.ts';
import { playKeyValueTest } from './playKeyValueTest.ts';
import { type ElectionTest, playLabTest } from './playLabTest.ts';
import { playLogTest } from './playLogTest.ts';

/** One test of the lab in virtual time, as `npm test` and `npm run test:lab:virtual` run it. */
export interface VirtualTest {
  /** Names its seeds, such as `lab/C4/17`. */
  readonly name: string;
  readonly lab: string;
  readonly title: string;
  /** How many seeds `npm test` runs: the costly ones have few. */
  readonly seeds: number;
  /** The word that has `npm test` run it. */
  readonly word: string;
  /** @returns the lab's lines */
  readonly play: (seed: string) => Promise<readonly string[]>;
}

const LOG_TEST_SEEDS = 3;
/** Those of a fraction of a second. */
const QUICK: Readonly<Record<string, number>> = { K5: 20, K6: 20, K15: 20 };

/** 2A is held with the lab's own rules, and with those that a cluster has unless told otherwise. */
export const VIRTUAL_ELECTION_TESTS: readonly VirtualTest[] = [
  ...(['lab', 'default'] as const).flatMap((preset) => [
    ofElections('A1', 'initial election', preset, { size: 3, run: initialElection }),
    ofElections('A2', 'election after network failure', preset, { size: 3, run: reElection }),
    ofElections('A3', 'multiple elections', preset, { size: 7, run: manyElections }),
  ]),
  ofElections('A16', 'a leader that is cut off steps down by itself, in its own term', 'default', {
    ...{ size: 3, run: isolatedLeaderStepsDown },
  }),
  ofElections('A17', 'a peer that was cut off and comes back deposes nobody', 'default', {
    ...{ size: 3, run: rejoiningPeerDisturbsNobody },
  }),
];

export const VIRTUAL_LOG_TESTS: readonly VirtualTest[] = Object.entries(LOG_TESTS).flatMap(([lab, tests]) =>
  tests.map((test) => ofLogs(lab, test)),
);

export const VIRTUAL_KEY_VALUE_TESTS: readonly VirtualTest[] = Object.entries(KEY_VALUE_TESTS).flatMap(([lab, tests]) =>
  tests.map((test) => ofKeyValues(lab, test)),
);

/** The whole suite. */
export const VIRTUAL_TESTS: readonly VirtualTest[] = [
  ...VIRTUAL_ELECTION_TESTS,
  ...VIRTUAL_LOG_TESTS,
  ...VIRTUAL_KEY_VALUE_TESTS,
];

function ofElections(number: string, title: string, preset: ElectionPreset, test: ElectionTest): VirtualTest {
  return {
    ...{ name: `${number}-${preset}`, lab: '2A', title: `${preset}: ${title}`, word: 'sim/lab.test' },
    seeds: test.size > 5 ? 25 : 50,
    play: async (seed) => [await playLabTest(test, preset, seed)],
  };
}

function ofLogs(lab: string, test: LogTest): VirtualTest {
  return {
    ...{ name: test.number, lab, title: test.title, word: 'sim/labLogs', seeds: LOG_TEST_SEEDS },
    play: async (seed) => [await playLogTest(test, seed)],
  };
}

function ofKeyValues(lab: string, test: KeyValueTest): VirtualTest {
  return {
    ...{ name: test.number, lab, title: test.title, word: 'sim/labKeyValue' },
    seeds: QUICK[test.number] ?? (test.network === 'unreliable' ? 2 : 1),
    play: async (seed) => (await playKeyValueTest(test, seed)).map(passedLine),
  };
}
