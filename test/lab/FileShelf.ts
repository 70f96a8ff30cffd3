import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { open, rename } from 'node:fs/promises';
import { join } from 'node:path';
import type { SnapshotShelf } from './LabApplication.ts';

/** Snapshots as files, which have their names once they are durable. */
export class FileShelf implements SnapshotShelf {
  readonly #directory: string;
  readonly #onFailed: (error: Error) => void;
  #writes = 0;

  constructor(directory: string, onFailed: (error: Error) => void) {
    this.#directory = directory;
    this.#onFailed = onFailed;
    mkdirSync(directory, { recursive: true });
  }

  write(index: number, text: string, done: () => void): void {
    this.#write(index, text).then(done, this.#onFailed);
  }

  read(index: number): string {
    return readFileSync(this.#path(index), 'utf8');
  }

  forgetOlder(index: number): void {
    for (const name of readdirSync(this.#directory)) {
      if (name.endsWith('.json') && Number.parseInt(name, 10) < index) rmSync(join(this.#directory, name));
    }
  }

  async #write(index: number, text: string): Promise<void> {
    // Two lives may write one of the same index, and then the same.
    this.#writes += 1;
    const temporary = join(this.#directory, `${this.#writes}.writing`);
    const file = await open(temporary, 'w');
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, this.#path(index));
    const directory = await open(this.#directory);
    try {
      await directory.sync();
    } finally {
      await directory.close();
    }
  }

  #path(index: number): string {
    return join(this.#directory, `${index}.json`);
  }
}
