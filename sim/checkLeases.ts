import type { PeerId } from '../shared/ids.ts';
import { SimulationFailure } from './SimulationFailure.ts';

/** A peer that may lead, and for how long it will answer reads alone, as its own clock has it. */
export interface LeaseHolder {
  readonly id: PeerId;
  readonly leaseLeftMs: number;
}

/**
 * Nobody is elected while another one holds a lease, whether leases answer reads here or not: a program may count on them too.
 * @throws {SimulationFailure} naming who does
 */
export function checkLeases(elected: PeerId, peers: Iterable<LeaseHolder>): void {
  for (const { id, leaseLeftMs } of peers) {
    if (id === elected || !(leaseLeftMs > 0)) continue;
    throw new SimulationFailure(
      `${elected} is elected while ${id} holds a lease for another ${leaseLeftMs.toFixed(3)} ms`,
    );
  }
}
