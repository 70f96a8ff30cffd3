/** The peer found its own state impossible. It must stop: going on could break what others rely on. */
export class InvariantViolation extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'InvariantViolation';
  }
}

/**
 * Guards the core's own state, never what comes from outside: a wrong message is reported and ignored,
 * so that nobody can stop a peer by sending one.
 *
 * @throws {InvariantViolation}
 */
export function invariant(holds: boolean, message: string): asserts holds {
  if (!holds) throw new InvariantViolation(message);
}

/**
 * For what is asked in every step: a message with numbers in it costs more to write than most of a step does.
 * @throws {InvariantViolation}
 */
export function violated(message: string): never {
  throw new InvariantViolation(message);
}
