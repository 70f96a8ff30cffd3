/** What the fault engine needs to know of an endpoint. */
export interface JudgedEndpoint {
  readonly id: string;
  readonly isClient: boolean;
  /** What it says of itself at the moment: leader, follower, candidate, preCandidate or learner; undefined before it said. */
  readonly role: string | undefined;
}
