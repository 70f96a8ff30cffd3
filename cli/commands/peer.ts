import type { Command } from '../Command.ts';
import {
  DATA,
  ELECTION_SETTINGS,
  ID,
  PRIORITY,
  RELAYS,
  REPLICATION_SETTINGS,
  SEED,
  VOTERS,
} from '../settings/clusterSettings.ts';
import { CLUSTER, SECRET_FILE, TOKEN, TOKEN_FILE, TRACE, TRACE_FILE } from '../settings/sharedSettings.ts';

export const peerCommand: Command = {
  name: 'peer',
  summary: 'run one peer of a cluster',
  description:
    'Runs one peer: it connects to a relay, takes part in the elections of its cluster, and holds a replica of its key-value store. Comes back by itself when the connection is lost. With --peers it founds a cluster, once: give the same list to each of its first peers. Without, it goes on with what its data directory holds, or if that is empty, waits until "whitewater member add" makes it a member. Ends on Ctrl-C or SIGTERM.',
  settings: [
    ...[CLUSTER, ID, VOTERS, RELAYS, DATA, ...ELECTION_SETTINGS, PRIORITY, ...REPLICATION_SETTINGS, SEED],
    ...[TOKEN, TOKEN_FILE, SECRET_FILE, TRACE, TRACE_FILE],
  ],
  examples: [
    { line: 'whitewater peer --id p1 --peers 3 --data data/p1', what: 'p1 of p1, p2 and p3' },
    { line: 'whitewater peer --id a --peers a,b,c --relay ws://10.0.0.7:7070', what: 'names of your own' },
    { line: 'whitewater peer --id p4 --data data/p4', what: 'a new one, to be added to a cluster that runs' },
    { line: 'whitewater peer --id p1 --peers 5 --preset lab --trace election,vote', what: "the lab's rules, traced" },
  ],
  run: async (invocation) => (await import('../peer/runPeer.ts')).runPeer(invocation),
};
