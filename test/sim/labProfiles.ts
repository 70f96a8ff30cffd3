import type { Profile } from '../../shared/http/Network.ts';
import type { LabNetwork } from '../lab/LogCluster.ts';

/**
 * The lab's networks in virtual time. A reliable one has some delay, since without any nothing would ever happen at the same time;
 * it keeps the order of each link, as sockets do.
 */
export const LAB_PROFILES: Readonly<Record<LabNetwork, Profile>> = {
  reliable: reliable('100us..5ms'),
  unreliable: { name: 'labrpc-unreliable' },
  longReordering: { name: 'labrpc-long-reordering' },
};

/**
 * The reliable network of lab 3, whose clerks ask as fast as they are answered. With these delays they come to about as many operations
 * as the published runs, and to no more work than that.
 */
export const RELIABLE_FOR_CLERKS: Profile = reliable('1..8ms');

function reliable(delay: string): Profile {
  return { name: 'lab-reliable', inFlight: 'delivered', rules: { travel: { from: '*', to: '*', delay } } };
}
