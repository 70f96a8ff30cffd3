/** The run broke a rule of Raft, or did not come where it had to. */
export class SimulationFailure extends Error {
  /** What replays the run; undefined until the simulation has added it, to the message as well. */
  readonly replay: string | undefined;
  /** When, in virtual time, and what alone, without the seed and what replays it; undefined until the simulation has added them. */
  readonly atMs: number | undefined;
  readonly what: string | undefined;

  constructor(message: string, options: { cause?: unknown; replay?: string; atMs?: number; what?: string } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'SimulationFailure';
    this.replay = options.replay;
    this.atMs = options.atMs;
    this.what = options.what;
  }
}
