import type { Command } from '../Command.ts';
import { ELECTION_SETTINGS } from '../settings/clusterSettings.ts';
import { JOURNAL_FILE, MINUTES, RUN_JSON, RUN_SEED, URL_OF_RUNNING } from '../settings/runSettings.ts';
import { TOKEN, TOKEN_FILE, WHICH_CLUSTER } from '../settings/sharedSettings.ts';
import { PEERS } from '../settings/upSettings.ts';

export const chaosCommand: Command = {
  name: 'chaos',
  summary: 'draw faults at random, under load, and check what Raft promises',
  description:
    'Starts a relay and peers and lets faults of every kind befall them, drawn from a seed: partitions in every shape, rules that come and go, frames held and let go, slow connections, profiles, cut sockets, killed and stopped processes, while clients append values and read what any of them wrote. After each round it heals the network and checks that a leader and a write come of it, that all replicas are alike, and that every acknowledged write is there once and in order; all the while, that no term has two leaders, no peer two votes in a term, and no term or commit index goes back. Ends with exit code 1 at the first offence, and says how to repeat it.',
  settings: [
    ...[MINUTES, RUN_SEED, PEERS, ...ELECTION_SETTINGS, JOURNAL_FILE, RUN_JSON],
    ...[URL_OF_RUNNING, WHICH_CLUSTER, TOKEN, TOKEN_FILE],
  ],
  examples: [
    { line: 'whitewater chaos --minutes 10 --seed 7', what: 'ten minutes, the same faults each time' },
    { line: 'whitewater chaos --minutes 30s --peers 3 --preset lab', what: "half a minute, with the lab's rules" },
    { line: 'whitewater chaos --url http://127.0.0.1:7070', what: 'no processes killed, of peers that run already' },
  ],
  run: async (invocation) => (await import('../chaos/runChaos.ts')).runChaos(invocation),
};
