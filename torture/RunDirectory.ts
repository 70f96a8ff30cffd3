import { appendFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Where a run writes: the peers' data, the lines of every process, traces, journals, and what clients saw. */
export class RunDirectory {
  readonly path: string;
  #copies = 0;
  #journals = 0;

  constructor() {
    this.path = mkdtempSync(join(tmpdir(), 'whitewater-torture-'));
    for (const part of ['data', 'logs', 'traces', 'journals', 'copies']) mkdirSync(join(this.path, part));
  }

  get data(): string {
    return join(this.path, 'data');
  }

  get traces(): string {
    return join(this.path, 'traces');
  }

  file(name: string): string {
    return join(this.path, name);
  }

  /** A line that a process wrote to its standard error. */
  log(name: string, line: string): void {
    appendFileSync(
      join(this.path, 'logs', `${name.replaceAll(' ', '-')}.log`),
      `${new Date().toISOString()} ${line}\n`,
    );
  }

  /** A new place for a copy of a data directory. */
  nextCopy(): string {
    this.#copies += 1;
    return join(this.path, 'copies', String(this.#copies));
  }

  /** Each life of the relay has a journal of its own. */
  nextJournal(): string {
    this.#journals += 1;
    return join(this.path, 'journals', `${this.#journals}.ndjson`);
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }
}
