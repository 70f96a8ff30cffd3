import fs, { cpSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import type { EventEmitter } from 'node:events';
import promises, { type FileHandle } from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { dirname, join, relative } from 'node:path';
import type { Test } from 'tap';

/** What a crash at one moment leaves. */
export interface CrashImage {
  /** The operation that was next. */
  readonly before: string;
  /** What a process leaves that is killed: everything that it did. */
  readonly killed: string;
  /** What a loss of power may leave at worst: only what was synced, and only names whose directory was. */
  readonly powerless: string;
}

/** A file as the disk holds it. */
interface Synced {
  content: Buffer;
}

/**
 * Copies a directory before each operation on its files that the process asks Node for. LevelDB's own files, below
 * `database/`, are copied as they are: it does not go through Node, and syncs each batch.
 */
export class CrashImages {
  readonly images: CrashImage[] = [];
  /** Told of each one; those before it was set are not kept. */
  onImage: (() => void) | undefined;
  readonly #directory: string;
  readonly #imagesDirectory: string;
  /** What is durable: by path, the names that are, and each one's content. */
  #names = new Map<string, Synced>();
  /** Directories whose own names are durable. */
  readonly #directories = new Set<string>();
  /** By path, as the process sees it. */
  readonly #files = new Map<string, Synced>();
  /** By descriptor: the path of each file that is open. */
  readonly #open = new Map<number, string>();
  #isOn = true;

  private constructor(directory: string, imagesDirectory: string) {
    this.#directory = directory;
    this.#imagesDirectory = imagesDirectory;
    this.#directories.add(directory);
  }

  /** Until the test ends. */
  static of(t: Test, directory: string, imagesDirectory: string): CrashImages {
    const images = new CrashImages(directory, imagesDirectory);
    const original = { ...promises };
    const writeSync = fs.writeSync;
    fs.writeSync = ((descriptor: number, ...given: [NodeJS.ArrayBufferView, number, number, number]) => {
      const path = images.#open.get(descriptor);
      if (path !== undefined) images.take(`write ${nameOf(path)}`);
      return writeSync(descriptor, ...given);
    }) as typeof writeSync;
    promises.open = async (path, ...rest) => {
      const opened = await images.#do(`open ${nameOf(path)}`, path, () => original.open(path, ...rest));
      return images.#isOurs(path) ? images.#watched(opened, path) : opened;
    };
    promises.rename = async (from, to) => {
      await images.#do(`rename to ${nameOf(to)}`, to, () => original.rename(from, to));
      images.#renamed(String(from), String(to));
    };
    promises.rm = async (path, options) => {
      await images.#do(`rm ${nameOf(path)}`, path, () => original.rm(path, options));
      images.#files.delete(String(path));
    };
    syncBuiltinESMExports();
    t.teardown(() => {
      images.#isOn = false;
      Object.assign(promises, original);
      fs.writeSync = writeSync;
      syncBuiltinESMExports();
    });
    return images;
  }

  /** One more, now. */
  take(before: string): void {
    if (!this.#isOn || this.onImage === undefined) return;
    const at = join(this.#imagesDirectory, String(this.images.length));
    const image = { before, killed: join(at, 'killed'), powerless: join(at, 'powerless') };
    cpSync(this.#directory, image.killed, { recursive: true });
    this.#copyDurable(image.powerless);
    this.images.push(image);
    this.onImage();
  }

  stop(): void {
    this.#isOn = false;
  }

  #isOurs(path: unknown): path is string {
    return this.#isOn && typeof path === 'string' && path.startsWith(this.#directory);
  }

  async #do<Value>(what: string, path: unknown, operation: () => Promise<Value>): Promise<Value> {
    if (this.#isOurs(path)) this.take(what);
    return operation();
  }

  #watched(file: FileHandle, path: string): FileHandle {
    const isDirectory = statSync(path).isDirectory();
    const known = this.#files.get(path) ?? { content: Buffer.alloc(0) };
    if (!isDirectory) this.#files.set(path, known);
    const { fd } = file;
    this.#open.set(fd, path);
    // Of which its types know nothing.
    (file as unknown as EventEmitter).once('close', () => this.#open.delete(fd));
    for (const name of ['write', 'writeFile', 'truncate', 'sync'] as const) {
      const operation = file[name].bind(file) as (...given: unknown[]) => Promise<unknown>;
      const watched = async (...given: unknown[]): Promise<unknown> => {
        this.take(`${name} ${nameOf(path)}`);
        const value = await operation(...given);
        if (name === 'sync' && isDirectory) this.#directorySynced(path);
        else if (name === 'sync') known.content = readFileSync(this.#pathOf(known));
        return value;
      };
      Object.defineProperty(file, name, { value: watched });
    }
    return file;
  }

  #pathOf(file: Synced): string {
    for (const [path, other] of this.#files) if (other === file) return path;
    throw new Error('a file without a name was synced');
  }

  #renamed(from: string, to: string): void {
    const file = this.#files.get(from);
    this.#files.delete(from);
    if (file !== undefined) this.#files.set(to, file);
  }

  /** The names in it, and in no directory below, are durable. */
  #directorySynced(directory: string): void {
    for (const entry of readdirSync(directory, { withFileTypes: true })) {
      if (entry.isDirectory()) this.#directories.add(join(directory, entry.name));
    }
    const isIn = ([path]: [string, Synced]): boolean => dirname(path) === directory;
    this.#names = new Map([
      ...[...this.#names].filter((named) => !isIn(named)),
      ...[...this.#files].filter((named) => isIn(named)),
    ]);
  }

  #copyDurable(to: string): void {
    mkdirSync(to, { recursive: true });
    for (const name of readdirSync(this.#directory)) {
      const path = join(this.#directory, name);
      // LevelDB's; and the witness, which is one fixed write that is not synced on purpose.
      if (name === 'database' || name === 'witness') cpSync(path, join(to, name), { recursive: true });
    }
    for (const [path, { content }] of this.#names) {
      if (!this.#directories.has(dirname(path))) continue;
      const copy = join(to, relative(this.#directory, path));
      mkdirSync(dirname(copy), { recursive: true });
      writeFileSync(copy, content);
    }
  }
}

function nameOf(path: unknown): string {
  return String(path).split('/').at(-1) ?? '';
}
