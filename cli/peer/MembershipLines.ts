import type { PeerStatus } from '../../peer/Peer.ts';

/** How a peer stands to its cluster by what it knows itself; a removed one may never hear of the end. */
type Standing = 'outside' | 'learner' | 'voter' | 'leaving' | 'removed';

type Members = Pick<PeerStatus, 'voters' | 'votersOutgoing' | 'learners' | 'configurationIndex' | 'commitIndex'>;

/** Says how a peer stands to its cluster, when that has changed. */
export class MembershipLines {
  readonly #id: string;
  /** Of the command that would add it, such as ` --cluster demo`. */
  readonly #flags: string;
  #standing: Standing | undefined;

  constructor(id: string, flags: string) {
    this.#id = id;
    this.#flags = flags;
  }

  /** @returns undefined when there is nothing to say */
  next(members: Members): string | undefined {
    const before = this.#standing;
    const after = this.#standingIn(members);
    this.#standing = after;
    if (before === after) return undefined;
    if (after === 'outside') {
      return `${this.#id} waits to be added: npx whitewater member add ${this.#id}${this.#flags}`;
    }
    if (after === 'leaving') {
      return `${this.#id} is being removed; when "whitewater members${this.#flags}" does not name it any more, stop it`;
    }
    if (after === 'removed') return `${this.#id} was removed; it may be stopped`;
    // One that starts again as what it was is no news.
    if (before === undefined) return undefined;
    return before === 'outside' ? `${this.#id} was added as a ${after}` : `${this.#id} is a ${after} now`;
  }

  #standingIn({ voters, votersOutgoing, learners, configurationIndex, commitIndex }: Members): Standing {
    const isNamed = (ids: readonly string[]): boolean => ids.includes(this.#id);
    if (isNamed(voters)) return 'voter';
    if (isNamed(learners)) return 'learner';
    if (isNamed(votersOutgoing)) return 'leaving';
    if (voters.length === 0) return 'outside';
    // A new one may get old entries first, of a time before it was added.
    if (this.#standing === 'outside') return 'outside';
    return configurationIndex <= commitIndex ? 'removed' : (this.#standing ?? 'removed');
  }
}
