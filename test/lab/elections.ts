import { ELECTION_PRESETS } from '../../peer/raft/options.ts';
import type { LabTester } from './LabTester.ts';
import { StallSensitive } from './StallSensitive.ts';

/** R of the lab: "generous" for an election, and used as a unit of sleep only. */
const ELECTION_MS = 1000;

/**
 * A1, TestInitialElection2A: a leader, one term, and both still there after two quiet seconds.
 * @param warn takes what the lab only warns of
 */
export async function initialElection(tester: LabTester, warn: (text: string) => void): Promise<void> {
  const { cluster } = tester;
  await tester.checkOneLeader();
  await checkFirstElectionCalls(tester);
  await cluster.sleep(50);
  const term = tester.checkTerms();
  if (term < 1) throw new Error(`the term is ${term}, but should be at least 1`);
  await checkIdleCalls(tester, 2 * ELECTION_MS);
  const later = tester.checkTerms();
  if (later !== term) warn('warning: term changed even though there were no failures');
  await tester.checkOneLeader();
}

/** A2, TestReElection2A: leaders are cut off and come back; without a quorum nobody leads. */
export async function reElection(tester: LabTester): Promise<void> {
  const { cluster } = tester;
  const first = await tester.checkOneLeader();
  await cluster.disconnect(first);
  await tester.checkOneLeader();
  await cluster.connect(first);
  const second = await tester.checkOneLeader();
  const other = (second + 1) % cluster.size;
  await cluster.disconnect(second);
  await cluster.disconnect(other);
  await cluster.sleep(2 * ELECTION_MS);
  tester.checkNoLeader();
  await cluster.connect(other);
  await tester.checkOneLeader();
  await cluster.connect(second);
  await tester.checkOneLeader();
}

/** A3, TestManyElections2A: nine times up to three of seven are cut off, and the others have a leader. */
export async function manyElections(tester: LabTester): Promise<void> {
  const { cluster, random } = tester;
  await tester.checkOneLeader();
  for (let round = 1; round <= 9; round += 1) {
    const chosen = [1, 2, 3].map(() => Math.floor(random() * cluster.size));
    for (const peer of chosen) await cluster.disconnect(peer);
    await tester.checkOneLeader();
    for (const peer of chosen) await cluster.connect(peer);
  }
  await tester.checkOneLeader();
}

/** Only with CheckQuorum: not in the lab, where nobody asks a leader that is cut off. */
export async function isolatedLeaderStepsDown(tester: LabTester): Promise<void> {
  const { cluster } = tester;
  const leader = await tester.checkOneLeader();
  const { term } = cluster.state(leader);
  await cluster.disconnect(leader);
  await cluster.sleep(ELECTION_MS);
  const state = cluster.state(leader);
  if (state.isLeader) {
    // It had to go after the maximum election timeout.
    const spareMs = ELECTION_MS - ELECTION_PRESETS.default.electionTimeoutMsMax;
    throw new StallSensitive(`${leader} still leads, a second after it was cut off from all others`, spareMs);
  }
  if (state.term !== term) throw new StallSensitive(`${leader} went from term ${term} to ${state.term} all alone`);
  await tester.checkOneLeader();
}

/** Only with PreVote: without it a peer that stood in vain comes back with a higher term, and its leader steps down. */
export async function rejoiningPeerDisturbsNobody(tester: LabTester): Promise<void> {
  const { cluster } = tester;
  const leader = await tester.checkOneLeader();
  const { term } = cluster.state(leader);
  const follower = (leader + 1) % cluster.size;
  await cluster.disconnect(follower);
  await cluster.sleep(2 * ELECTION_MS);
  await cluster.connect(follower);
  const after = await tester.checkOneLeader();
  if (after !== leader)
    throw new StallSensitive(`${after} leads instead of ${leader}, though nothing happened to ${leader}`);
  const termAfter = tester.checkTerms();
  if (termAfter !== term)
    throw new StallSensitive(`the term went from ${term} to ${termAfter}, though the leader was well`);
}

/** The lab's bound on the first election: 30 calls. */
async function checkFirstElectionCalls(tester: LabTester): Promise<void> {
  const { rpcs } = await tester.counts();
  if (rpcs < 1) throw new Error('a leader without a single call');
  if (rpcs > 30) throw new StallSensitive(`too many calls (${rpcs}) to elect the first leader`);
}

/** The lab's bound on an idle second of three peers: 60 calls, which is 20 for each of them. */
async function checkIdleCalls(tester: LabTester, idleMs: number): Promise<void> {
  const { cluster } = tester;
  const startedMs = cluster.nowMs();
  const before = await tester.counts();
  await cluster.sleep(idleMs);
  const { rpcs } = await tester.counts();
  const seconds = (cluster.nowMs() - startedMs) / 1000;
  const callsMax = 20 * cluster.size * seconds;
  if (rpcs - before.rpcs > callsMax) {
    throw new Error(`too many calls (${rpcs - before.rpcs}) for ${seconds.toFixed(1)} idle seconds of ${cluster.size}`);
  }
  if (rpcs === before.rpcs) throw new Error('not one heartbeat in an idle time');
}
