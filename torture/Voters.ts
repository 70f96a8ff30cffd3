/** Who stands at which place among the voters; a peer that is lost is replaced by one of another name. */
export class Voters {
  readonly spare: string;
  readonly #ids: string[];
  #named: number;

  constructor(count: number) {
    this.#ids = Array.from({ length: count }, (_, at) => `p${at + 1}`);
    this.spare = `p${count + 1}`;
    this.#named = count + 1;
  }

  get ids(): readonly string[] {
    return [...this.#ids];
  }

  /** Voters and the spare. */
  get processes(): readonly string[] {
    return [...this.#ids, this.spare];
  }

  at(place: number): string {
    const id = this.#ids[place];
    if (id === undefined) throw new Error(`there is no voter ${place + 1}`);
    return id;
  }

  /** @returns the new peer's name */
  replace(id: string): string {
    const at = this.#ids.indexOf(id);
    if (at < 0) throw new Error(`${id} is not among the voters`);
    this.#named += 1;
    const successor = `p${this.#named}`;
    this.#ids[at] = successor;
    return successor;
  }
}
