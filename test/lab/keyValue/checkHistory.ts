import { checkLinearizability } from '../../../sim/linearizability/check.ts';
import type { Operation } from '../../../sim/linearizability/History.ts';
import { STRING_MODEL, type StringInput, type StringOutput } from '../../../sim/linearizability/stringModel.ts';

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

/**
 * Holds the history of all clerks of a test against a store in which each operation takes effect at one moment between its call and its
 * return. The lab takes a check that comes to no end for a success; here it is a failure.
 * @throws {Error} with what is wrong, for people
 */
export function checkHistory(history: readonly ClerkOperation[]): void {
  const verdict = checkLinearizability(STRING_MODEL, history.map(asOperation));
  if (verdict.type === 'linearizable') return;
  if (verdict.type === 'illegal') {
    throw new Error(`the history of ${verdict.part} is not linearizable:\n${verdict.explanation}`);
  }
  throw new Error(`whether the history of ${verdict.part} is linearizable was not found out in ${verdict.steps} steps`);
}

function asOperation({ client, operation, key, input = '', output, calledAtMs, returnedAtMs }: ClerkOperation) {
  const told: StringOutput | undefined =
    returnedAtMs === undefined ? undefined : output === undefined ? { type: 'done' } : { type: 'got', value: output };
  const asked: StringInput = operation === 'get' ? { type: 'get', key } : { type: operation, key, value: input };
  const whole: Operation<StringInput, StringOutput> = {
    ...{ client: String(client), input: asked, output: told, calledAtMs, returnedAtMs },
  };
  return whole;
}
