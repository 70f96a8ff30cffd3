/** A step came out otherwise than the scenario says. The message says what was seen. */
export class StepFailure extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'StepFailure';
  }
}
