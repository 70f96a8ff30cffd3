import type { PeerId } from '../shared/ids.ts';
import { SimulationFailure } from './SimulationFailure.ts';

/** A peer that may lead, and for how long it will answer reads alone, as its own clock has it. */
export interface LeaseHolder {
  readonly id: PeerId;
  readonly term: number;
  readonly leaseLeftMs: number;
}

/**
 * Nobody is elected while another one of an earlier term holds a lease, whether leases answer reads here or not: a program may count on
 * them too. Whoever hears late, after a pause, that it had won an earlier term than the holder's leads nobody.
 * @throws {SimulationFailure} naming who does
 */
export function checkLeases(elected: LeaseHolder, peers: Iterable<LeaseHolder>): void {
  for (const { id, term, leaseLeftMs } of peers) {
    if (term >= elected.term || !(leaseLeftMs > 0)) continue;
    throw new SimulationFailure(
      `${elected.id} is elected while ${id} holds a lease for another ${leaseLeftMs.toFixed(3)} ms`,
    );
  }
}
