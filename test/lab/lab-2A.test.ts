import t from 'tap';
import { initialElection, manyElections, reElection } from './elections.ts';
import { runLabTest } from './runLabTest.ts';

// The plain rules of the paper's Figure 2. Each test has a relay and peers of its own and sleeps most of the time,
// so they run side by side. (Options are an object of its own for each: tap writes into it.)
t.jobs = 3;

t.test('lab-2A A1: initial election', { buffered: true }, async (t) => {
  await runLabTest(t, { name: 'A1', size: 3, preset: 'lab', run: initialElection });
});

t.test('lab-2A A2: election after network failure', { buffered: true }, async (t) => {
  await runLabTest(t, { name: 'A2', size: 3, preset: 'lab', run: reElection });
});

t.test('lab-2A A3: multiple elections', { buffered: true }, async (t) => {
  await runLabTest(t, { name: 'A3', size: 7, preset: 'lab', run: manyElections });
});
