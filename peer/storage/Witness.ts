import { Buffer } from 'node:buffer';
import { writeSync } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import type { StepWitness } from './LevelStorage.ts';
import { witnessLine } from './witnessLine.ts';

/**
 * A small file beside a database, with the number of the last acknowledged step.
 *
 * LevelDB forgets a damaged tail of its log without a word, and the tail is where the newest vote is. With this number an
 * older store than the acknowledged one is noticed. It is written in place with one write of fixed size, after the database's
 * sync, and is not synced itself: after a loss of power it may name an older step, never a newer one.
 */
export class Witness implements StepWitness {
  readonly #file: FileHandle;

  private constructor(file: FileHandle) {
    this.#file = file;
  }

  /** Opens the file, or makes it, and writes the step. */
  static async open(path: string, step: number): Promise<Witness> {
    // Not 'w': a crash must not find the file cut to nothing while its old content was good.
    const file = await open(path, 'a').then(async (created) => {
      await created.close();
      return open(path, 'r+');
    });
    try {
      const line = Buffer.from(witnessLine(step));
      await file.write(line, 0, line.length, 0);
      await file.truncate(line.length);
      await file.sync();
      return new Witness(file);
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  /** At once: some bytes for the system's cache take a tenth of what it takes to have another thread write them. */
  write(step: number): void {
    const line = Buffer.from(witnessLine(step));
    const bytesWritten = writeSync(this.#file.fd, line, 0, line.length, 0);
    if (bytesWritten !== line.length) throw new Error(`wrote ${bytesWritten} of ${line.length} bytes to the witness`);
  }

  async close(): Promise<void> {
    await this.#file.close();
  }
}
