/** What happens to one process happens in turn: it is not started while it is being killed. */
export class Turns {
  readonly #last = new Map<string, Promise<unknown>>();

  take<Value>(name: string, act: () => Promise<Value> | Value): Promise<Value> {
    const before = this.#last.get(name) ?? Promise.resolve();
    const turn = before.then(act, act);
    this.#last.set(name, turn);
    return turn;
  }
}
