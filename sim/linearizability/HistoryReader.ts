import type { Operation } from './History.ts';

interface Begun<Input> {
  readonly input: Input;
  readonly calledAtMs: number;
}

/** Puts calls and returns of numbered processes together. The number of the line stands for the time, which these formats do not have. */
export class HistoryReader<Input, Output> {
  readonly #finished: { readonly operation: Operation<Input, Output>; readonly atLine: number }[] = [];
  readonly #begun = new Map<string, Begun<Input>>();
  #line = 0;

  /** Called once for each line of the file. */
  nextLine(): void {
    this.#line += 1;
  }

  /** A process that never returned is not heard of again, and what it asked for last is open. */
  call(process: string, input: Input): void {
    this.#end(process);
    this.#begun.set(process, { input, calledAtMs: this.#line });
  }

  /** @throws {SyntaxError} when nothing had been called */
  return(process: string, output: Output): void {
    const { input, calledAtMs } = this.#of(process);
    this.#begun.delete(process);
    const operation = { client: process, input, output, calledAtMs, returnedAtMs: this.#line };
    this.#finished.push({ operation, atLine: calledAtMs });
  }

  /** It certainly did not happen. @throws {SyntaxError} when nothing had been called */
  drop(process: string): void {
    this.#of(process);
    this.#begun.delete(process);
  }

  input(process: string): Input {
    return this.#of(process).input;
  }

  /** In order of their calls. */
  operations(): Operation<Input, Output>[] {
    for (const process of [...this.#begun.keys()]) this.#end(process);
    return this.#finished.sort((one, other) => one.atLine - other.atLine).map(({ operation }) => operation);
  }

  error(what: string): SyntaxError {
    return new SyntaxError(`line ${this.#line} of the history: ${what}`);
  }

  #of(process: string): Begun<Input> {
    const begun = this.#begun.get(process);
    if (begun === undefined) throw this.error(`process ${process} returned and had called nothing`);
    return begun;
  }

  #end(process: string): void {
    const begun = this.#begun.get(process);
    if (begun === undefined) return;
    this.#begun.delete(process);
    const open = { client: process, ...begun, output: undefined, returnedAtMs: undefined };
    this.#finished.push({ operation: open, atLine: begun.calledAtMs });
  }
}
