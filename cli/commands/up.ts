import type { Command } from '../Command.ts';
import { ELECTION_SETTINGS, REPLICATION_SETTINGS, SEED } from '../settings/clusterSettings.ts';
import { FRAME_BYTES_MAX_SETTING, HOST, LOCK_SETTINGS, PORT } from '../settings/relaySettings.ts';
import { CLUSTER, PLAIN, TRACE } from '../settings/sharedSettings.ts';
import { DATA_OF_ALL, PEERS, TRACE_DIR } from '../settings/upSettings.ts';

export const upCommand: Command = {
  name: 'up',
  summary: 'run a relay and some peers, and show what they do',
  description:
    'Starts a relay and the peers of one cluster, each a process of its own, and shows them in a live table, or in lines of events where the output is no terminal. Starts a process again that ends by itself. Ctrl-C ends all.',
  settings: [
    ...[PEERS, PORT, HOST, CLUSTER, DATA_OF_ALL, ...ELECTION_SETTINGS, ...REPLICATION_SETTINGS, SEED],
    ...[...LOCK_SETTINGS, FRAME_BYTES_MAX_SETTING, TRACE, TRACE_DIR, PLAIN],
  ],
  examples: [
    { line: 'whitewater up', what: 'five peers, at http://127.0.0.1:7070' },
    { line: 'whitewater up --peers 3 --port 7171 --data data', what: 'three that remember' },
    { line: 'whitewater up --preset lab --trace-dir traces', what: "the lab's rules, each process traced" },
    { line: 'npm start -- --peers 3', what: 'the same from a clone' },
  ],
  run: async (invocation) => (await import('../up/runUp.ts')).runUp(invocation),
};
