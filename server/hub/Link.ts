import { LinkFaults } from '../faults/LinkFaults.ts';
import type { Endpoint } from './Endpoint.ts';

/** One directed link: who sends, who receives, and how many frames found their way. */
export class Link {
  readonly sender: Endpoint;
  readonly receiver: Endpoint;
  readonly faults: LinkFaults;
  delivered = 0;
  dropped = 0;
  /** What a live feed has already told of this link. */
  deliveredTold = 0;
  droppedTold = 0;
  /** In the list of links of which the live feed has something to tell. */
  isListed = false;

  /** @param faults what the fault engine knows of the link already */
  constructor(sender: Endpoint, receiver: Endpoint, faults?: LinkFaults) {
    this.sender = sender;
    this.receiver = receiver;
    this.faults = faults ?? new LinkFaults(sender, receiver);
    this.faults.to = receiver;
  }
}
