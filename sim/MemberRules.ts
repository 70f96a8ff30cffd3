import { NO_CONFIGURATION } from '../peer/raft/configuration.ts';
import type { SnapshotMetadata } from '../peer/raft/effect.ts';
import type { PeerId } from '../shared/ids.ts';
import type { Configuration } from '../shared/messages/Configuration.ts';
import { SimulationFailure } from './SimulationFailure.ts';
import type { StoredImage } from './StoredImage.ts';

/** A leader appends a configuration. */
export interface ConfigurationAppended {
  readonly index: number;
  readonly next: Configuration;
  /** Of the leader, without the new configuration. */
  readonly log: StoredImage;
  readonly committedThrough: number;
}

/** How the members of a cluster may change, and which of them a snapshot holds. */
export class MemberRules {
  /** Of what is committed, in order. */
  readonly #committed: { readonly index: number; readonly configuration: Configuration }[] = [];
  /** What clusters were founded with; a peer that waits to be made a member knows of nobody. */
  readonly #founded: Configuration[] = [NO_CONFIGURATION];

  founded(configuration: Configuration): void {
    if (!this.#founded.some((known) => sameConfiguration(known, configuration))) this.#founded.push(configuration);
  }

  committed(index: number, configuration: Configuration): void {
    this.#committed.push({ index, configuration });
  }

  /** Its members are those at its index (paper, section 7), not those of an entry behind it, which may be truncated. */
  snapshotTaken(peer: PeerId, snapshot: SnapshotMetadata): void {
    const committed = this.#committed.findLast(({ index }) => index <= snapshot.index)?.configuration;
    const possible = committed === undefined ? this.#founded : [committed];
    if (possible.some((configuration) => sameConfiguration(configuration, snapshot.configuration))) return;
    const [has, should] = [snapshot.configuration, possible.at(-1)].map((members) => JSON.stringify(members));
    throw new SimulationFailure(
      `${peer} has a snapshot of ${snapshot.index} with the members ${has} instead of ${should}`,
    );
  }

  /**
   * Any majority of one configuration and any of the next have a peer in common (paper, section 6): voters change in two steps, and
   * the next step is not taken before the last one is committed.
   */
  configured(peer: PeerId, { index, next, log, committedThrough }: ConfigurationAppended): void {
    const before = log.configurationBefore(index);
    const isJoint = before.votersOutgoing.length > 0;
    const begins = !isJoint && sameMembers(next.votersOutgoing, before.voters);
    const ends = isJoint && next.votersOutgoing.length === 0 && sameMembers(next.voters, before.voters);
    const keeps = !isJoint && next.votersOutgoing.length === 0 && sameMembers(next.voters, before.voters);
    if (!begins && !ends && !keeps) {
      throw new SimulationFailure(`${peer} goes from ${JSON.stringify(before)} to ${JSON.stringify(next)} in one step`);
    }
    for (let at = committedThrough + 1; at < index; at += 1) {
      if (log.entryAt(at)?.type !== 'configuration') continue;
      throw new SimulationFailure(`${peer} changes the members at ${index} while the change at ${at} is not committed`);
    }
  }
}

function sameMembers(one: readonly PeerId[], other: readonly PeerId[]): boolean {
  return one.length === other.length && one.every((peer) => other.includes(peer));
}

function sameConfiguration(one: Configuration, other: Configuration): boolean {
  return (
    sameMembers(one.voters, other.voters) &&
    sameMembers(one.votersOutgoing, other.votersOutgoing) &&
    sameMembers(one.learners, other.learners)
  );
}
