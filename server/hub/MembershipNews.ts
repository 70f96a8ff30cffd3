import type { PeerId } from '../../shared/ids.ts';
import type { Status } from '../../shared/messages/Status.ts';

type Membership = 'voter' | 'learner';

export interface MembershipChange {
  readonly peer: PeerId;
  /** One sentence. */
  readonly text: string;
}

/** What changes in who belongs to a cluster, as its leaders tell it. */
export class MembershipNews {
  #known: ReadonlyMap<PeerId, Membership> | undefined;
  #index = 0;
  #term = 0;

  /**
   * Takes a leader's account. Only what is committed and complete counts, told by one that a majority answers: anything else may
   * yet come to nothing, or be long past. The first account is where this begins.
   */
  learn({
    voters,
    votersOutgoing,
    learners,
    configurationIndex,
    commitIndex,
    canCommit,
    term,
  }: Status): MembershipChange[] {
    const isSure = canCommit && votersOutgoing.length === 0 && configurationIndex <= commitIndex;
    if (!isSure || voters.length === 0) return [];
    if (this.#known !== undefined && this.#index === configurationIndex && this.#term === term) return [];
    this.#index = configurationIndex;
    this.#term = term;
    const before = this.#known;
    const after = new Map<PeerId, Membership>([
      ...learners.map((id) => [id, 'learner'] as const),
      ...voters.map((id) => [id, 'voter'] as const),
    ]);
    this.#known = after;
    return before === undefined ? [] : changesBetween(before, after);
  }
}

function changesBetween(
  before: ReadonlyMap<PeerId, Membership>,
  after: ReadonlyMap<PeerId, Membership>,
): MembershipChange[] {
  const changes: MembershipChange[] = [];
  for (const [peer, is] of after) {
    const was = before.get(peer);
    if (was === is) continue;
    if (was !== undefined) changes.push({ peer, text: `${peer} is a ${is} now` });
    else changes.push({ peer, text: `${peer} was added as a ${is}` });
  }
  for (const peer of before.keys()) if (!after.has(peer)) changes.push({ peer, text: `${peer} was removed` });
  return changes;
}
