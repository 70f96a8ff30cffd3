import type { StateMachine } from '../ports/StateMachine.ts';

/** What a peer replicates that only elects leaders: nothing. It never sees a command, for none is proposed. */
export class NoMachine implements StateMachine<unknown, null, unknown, null> {
  apply(): null {
    return null;
  }

  query(): null {
    return null;
  }

  snapshot(): Iterable<unknown> {
    return [];
  }

  async restore(): Promise<void> {}
}
