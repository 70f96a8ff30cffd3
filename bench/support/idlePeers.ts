/** What the process of idle peers is told. */
export interface IdlePeersOptions {
  readonly relay: string;
  readonly directory: string;
  /** Of three peers each, besides one that is there when memory is first looked at. */
  readonly clusters: number;
  readonly seconds: number;
}
