import t from 'tap';
import {
  initialElection,
  isolatedLeaderStepsDown,
  manyElections,
  reElection,
  rejoiningPeerDisturbsNobody,
} from './elections.ts';
import { runLabTest } from './runLabTest.ts';

// The same with PreVote and CheckQuorum, as a cluster runs unless told otherwise.
t.jobs = 5;

t.test('lab-2A A1: initial election, with PreVote and CheckQuorum', { buffered: true }, async (t) => {
  await runLabTest(t, { name: 'A1', size: 3, preset: 'default', run: initialElection });
});

t.test('lab-2A A2: election after network failure, with PreVote and CheckQuorum', { buffered: true }, async (t) => {
  await runLabTest(t, { name: 'A2', size: 3, preset: 'default', run: reElection });
});

t.test('lab-2A A3: multiple elections, with PreVote and CheckQuorum', { buffered: true }, async (t) => {
  await runLabTest(t, { name: 'A3', size: 7, preset: 'default', run: manyElections });
});

t.test('lab-2A A16: a leader that is cut off steps down by itself, in its own term', { buffered: true }, async (t) => {
  await runLabTest(t, { name: 'A16', size: 3, preset: 'default', run: isolatedLeaderStepsDown });
});

t.test('lab-2A A17: a peer that was cut off and comes back deposes nobody', { buffered: true }, async (t) => {
  await runLabTest(t, { name: 'A17', size: 3, preset: 'default', run: rejoiningPeerDisturbsNobody });
});
