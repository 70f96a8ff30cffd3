/** The cluster of the puppets. */
export const CLUSTER = 'puppets';

/** What the puppets' process is told. */
export interface PuppetsOptions {
  readonly relay: string;
  readonly peers: number;
  /** Of all of them together: half are the leader's, half answers to it. */
  readonly framesPerSecond: number;
}
