import type { Command } from '../Command.ts';
import {
  CHECK_DETERMINISM,
  DIAGRAM_FILE,
  FAULTS_FOR,
  HISTORY_FILE,
  JOBS,
  KEEP_GOING,
  LOG_FILE,
  ONLY_FAULTS,
  RUNS,
  SHOWN_INTERVAL,
  SIM_CLIENTS,
  SIM_JSON,
  SIM_MINUTES,
  SIM_SEED,
  VERBOSE,
} from '../settings/simSettings.ts';

export const simCommand: Command = {
  name: 'sim',
  summary: 'run whole clusters in virtual time, seed after seed, and check all that Raft promises',
  description:
    'Runs whole clusters in virtual time: the real peers, stores and clients over a simulated clock, network and disks. A seed decides everything: how many peers, of what habits, with what load, and which faults befall them when. The rules of Raft are held after every event; when the faults end, the cluster must find a leader, answer everybody, come to one state and do what an operator asks; and what the clients were told must be linearizable. Ends with exit code 1 when a seed failed: that run is shrunk to fewer faults, a shorter time and fewer clients, and a command line is printed which replays it.',
  settings: [
    ...[SIM_SEED, RUNS, SIM_MINUTES, FAULTS_FOR, ONLY_FAULTS, SIM_CLIENTS, JOBS, KEEP_GOING, CHECK_DETERMINISM],
    ...[SIM_JSON, LOG_FILE, VERBOSE, DIAGRAM_FILE, SHOWN_INTERVAL, HISTORY_FILE],
  ],
  examples: [
    { line: 'whitewater sim', what: 'a hundred seeds that nobody has tried' },
    { line: 'whitewater sim --minutes 10', what: 'as many as ten minutes allow' },
    { line: 'whitewater sim --seed 17 --verbose', what: 'one seed, and all that happens' },
    {
      line: 'whitewater sim --seed 17 --faults 3,9 --for 7300ms --diagram seed-17.svg',
      what: 'two of its faults, drawn',
    },
    { line: 'whitewater sim --seed 17 --history seed-17.txt', what: 'what its clients saw, for Porcupine' },
  ],
  run: async (invocation) => (await import('../sim/runSim.ts')).runSim(invocation),
};
