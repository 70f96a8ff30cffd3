import { constants } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { WhitewaterError } from '../../shared/errors.ts';
import type { JournalLine } from '../../shared/http/Journal.ts';

/** What was written, and what the relay had forgotten of what was asked for. */
export interface SavedLines {
  readonly lines: number;
  readonly forgotten: number;
}

/**
 * A file for the lines of a journal. It is opened before the work whose journal it is to hold begins: whoever named a folder that is
 * not there hears of it at once. What the file held before stays until there is something to write.
 */
export class JournalFile {
  readonly #path: string;
  readonly #handle: FileHandle;

  /** @throws {WhitewaterError} USAGE when it cannot be opened for writing */
  static async open(path: string): Promise<JournalFile> {
    try {
      return new JournalFile(path, await open(path, constants.O_WRONLY | constants.O_CREAT));
    } catch (cause) {
      const message = `${path} cannot be written (${(cause as Error).message}); name another file`;
      throw new WhitewaterError('USAGE', message, { cause });
    }
  }

  /** The same for a setting that may be left out. @throws {WhitewaterError} USAGE */
  static async openIfNamed(path: string | undefined): Promise<JournalFile | undefined> {
    return path === undefined ? undefined : JournalFile.open(path);
  }

  private constructor(path: string, handle: FileHandle) {
    this.#path = path;
    this.#handle = handle;
  }

  /**
   * Writes each of them as a line of JSON, in place of what the file held, and closes it.
   * @throws {WhitewaterError} OUTPUT_FAILED; and what the lines throw
   */
  async save(lines: AsyncIterable<JournalLine>): Promise<SavedLines> {
    const saved = { lines: 0, forgotten: 0 };
    if ((await this.#handle.stat()).isFile()) await this.#handle.truncate();
    await pipeline(async function* () {
      for await (const line of lines) {
        if (line.kind === 'journal') saved.forgotten = line.forgotten;
        else saved.lines += 1;
        yield `${JSON.stringify(line)}\n`;
      }
    }, this.#handle.createWriteStream()).catch((cause: unknown) => {
      if ((cause as NodeJS.ErrnoException).syscall !== 'write') throw cause;
      const message = `${this.#path} could not be written to its end (${(cause as Error).message}): make room, or name another file`;
      throw new WhitewaterError('OUTPUT_FAILED', message, { cause });
    });
    return saved;
  }

  /** Of a file to which nothing was written; nothing after `save`. */
  async close(): Promise<void> {
    await this.#handle.close();
  }
}

/** Writes all of them to a file of that name. @throws {WhitewaterError} USAGE for a file that cannot be opened, OUTPUT_FAILED */
export async function saveLines(lines: AsyncIterable<JournalLine>, path: string): Promise<SavedLines> {
  return (await JournalFile.open(path)).save(lines);
}
