import { closeSync, openSync, writeSync } from 'node:fs';
import type { Call } from '../sim/History.ts';

/** What is gathered before it is written. */
const CHUNK_CHARACTERS = 65_536;

/** Every operation of a run, a line of JSON each, in the order of their ends. */
export class HistoryFile {
  readonly #descriptor: number;
  #waiting = '';

  constructor(path: string) {
    this.#descriptor = openSync(path, 'a');
  }

  write(round: number, calls: readonly Call[]): void {
    for (const call of calls) {
      this.#waiting += `${JSON.stringify({ round, ...call })}\n`;
      if (this.#waiting.length >= CHUNK_CHARACTERS) this.#flush();
    }
    this.#flush();
  }

  close(): void {
    closeSync(this.#descriptor);
  }

  #flush(): void {
    writeSync(this.#descriptor, this.#waiting);
    this.#waiting = '';
  }
}
