/** What a clerk did, as it saw it. Times are the cluster's, in milliseconds. */
export interface ClerkOperation {
  readonly client: number;
  readonly operation: 'get' | 'put' | 'append';
  readonly key: string;
  /** Of a put or an append. */
  readonly input?: string;
  /** Of a get that returned; the empty text for a key that is not there. */
  output?: string;
  readonly calledAtMs: number;
  /** Missing while it has not returned: it may take effect at any time. */
  returnedAtMs?: number;
}

/** What clerks append, and in the tests of random keys put: whose it is, and its number, which begins anew in each iteration. */
const TOKEN = /x \d+ \d+ y/y;

/**
 * Holds the history of all clerks of a test against what a store could have answered. It is less than linearizability: every value
 * that was read is one that was put, or made of what clerks put and appended, all of it called before the read returned.
 * @throws {Error} naming the operation that no store answers so
 */
export function checkHistory(history: readonly ClerkOperation[]): void {
  const writes = new Map<string, Map<string, number>>();
  for (const { operation, key, input = '', calledAtMs } of history) {
    if (operation === 'get') continue;
    const ofKey = writes.get(key) ?? new Map<string, number>([['', Number.NEGATIVE_INFINITY]]);
    writes.set(key, ofKey.set(input, Math.min(calledAtMs, ofKey.get(input) ?? calledAtMs)));
  }
  for (const read of history) if (read.operation === 'get') checkRead(read, writes.get(read.key) ?? new Map());
}

/** @param writes by what was written, when it was first called */
function checkRead({ key, output, returnedAtMs }: ClerkOperation, writes: ReadonlyMap<string, number>): void {
  if (output === undefined || returnedAtMs === undefined || output === '') return;
  const wasCalled = (text: string): boolean => (writes.get(text) ?? Number.POSITIVE_INFINITY) <= returnedAtMs;
  if (wasCalled(output)) return;
  for (TOKEN.lastIndex = 0; TOKEN.lastIndex < output.length;) {
    const [token] = TOKEN.exec(output) ?? [];
    if (token === undefined || !wasCalled(token)) throw new Error(`Get(${key}) = ${output}, which nobody wrote`);
  }
}
