import type { Operation } from './LogRecords.ts';

/** Keys, in the order of their UTF-8 bytes. */
export interface KeyRange {
  readonly gte?: string;
  readonly lt?: string;
  readonly lte?: string;
}

const TEXTS = { keyEncoding: 'utf8', valueEncoding: 'utf8' } as const;

/** Waits for the disk. Databases that have none ignore `sync`. */
export const SYNCED = { ...TEXTS, sync: true } as const;

/**
 * What a store needs of a database of texts: any abstract-level database has it (LevelDB on a disk or in a browser, or memory), and so
 * has the simulator's.
 */
export interface Database {
  open(): Promise<void>;
  /** @returns undefined when there is no such key */
  get(key: string): Promise<string | undefined>;
  /** All of it or nothing, and durable with `sync`. */
  batch(operations: Operation[], options: typeof SYNCED): Promise<void>;
  keys(range: { readonly limit: number }): { all(): Promise<readonly string[]> };
  iterator(range: KeyRange): AsyncIterable<readonly [key: string, value: string]>;
  /** Not synced. */
  clear(range: KeyRange & { readonly keyEncoding: 'utf8' }): Promise<void>;
  close(): Promise<void>;
}
