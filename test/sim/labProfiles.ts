import type { Profile } from '../../shared/http/Network.ts';
import type { LabNetwork } from '../lab/LogCluster.ts';

/**
 * The lab's networks in virtual time. A reliable one has some delay, since without any nothing would ever happen at the same time;
 * it keeps the order of each link, as sockets do.
 */
export const LAB_PROFILES: Readonly<Record<LabNetwork, Profile>> = {
  reliable: {
    ...{ name: 'lab-reliable', inFlight: 'delivered' },
    rules: { travel: { from: '*', to: '*', delay: '100us..5ms' } },
  },
  unreliable: { name: 'labrpc-unreliable' },
  longReordering: { name: 'labrpc-long-reordering' },
};
