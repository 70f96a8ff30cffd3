/** Who is measured beside Whitewater. */
export const RIVALS = ['etcd', 'zmqRaft', 'liferaft', 'antietcd'] as const;
export type Rival = (typeof RIVALS)[number];

/** What a process of a rival is told. */
export interface RivalOptions {
  readonly rival: Rival;
  /** One of three servers, or a client of theirs. */
  readonly role: 'server' | 'client';
  /** Of the server, from 0. */
  readonly index: number;
  /** One for each server. */
  readonly ports: readonly number[];
  readonly directory: string;
}

/** What it is asked. */
export type RivalQuestion =
  | { readonly type: 'isLeader' }
  /** Whether requests are answered. */
  | { readonly type: 'isReady' }
  | {
      readonly type: 'load';
      readonly reads: boolean;
      readonly keys: number;
      readonly valueBytes: number;
      readonly outstanding: number;
      readonly seconds: number;
    }
  /** Keys that this process has put, with what each may hold now: several values where puts overlapped. */
  | { readonly type: 'written'; readonly sample: number }
  /** What these keys hold, as this process knows or hears it; null for one that it does not know. */
  | { readonly type: 'values'; readonly keys: readonly string[] };

export type Written = readonly (readonly [key: string, values: readonly string[]])[];
export type Values = readonly (string | null)[];

/** A process of a rival, whatever it is. */
export interface RivalEnd {
  readonly isLeader?: () => boolean;
  readonly put?: (key: string, value: string) => Promise<unknown>;
  /** Linearizable. */
  readonly read?: (key: string) => Promise<string | null>;
  /** What it holds itself, for a rival without reads. */
  readonly held?: (key: string) => string | null;
  readonly stop: () => Promise<void>;
}

export const PUT_WITHIN_MS = 10_000;

/** @throws {Error} when it takes longer */
export async function within<Value>(work: Promise<Value>, what: string): Promise<Value> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new Error(`${what} was not answered within ${PUT_WITHIN_MS / 1000} s`)),
      PUT_WITHIN_MS,
    );
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
