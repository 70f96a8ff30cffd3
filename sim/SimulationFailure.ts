/** The run broke a rule of Raft, or did not come where it had to. */
export class SimulationFailure extends Error {
  /** What replays the run; undefined until the simulation has added it, to the message as well. */
  readonly replay: string | undefined;

  constructor(message: string, options: { cause?: unknown; replay?: string } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'SimulationFailure';
    this.replay = options.replay;
  }
}
