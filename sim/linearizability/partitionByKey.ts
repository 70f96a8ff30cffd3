import type { Operation } from './History.ts';
import type { Part } from './Model.ts';

/** Operations on one key each, key by key in the order of their first operations. */
export function partitionByKey<Input extends { readonly key: string }, Output>(
  operations: readonly Operation<Input, Output>[],
): Part<Input, Output>[] {
  const parts = new Map<string, Operation<Input, Output>[]>();
  for (const operation of operations) {
    const { key } = operation.input;
    const part = parts.get(key);
    if (part === undefined) parts.set(key, [operation]);
    else part.push(operation);
  }
  return Array.from(parts, ([key, ofKey]) => ({ name: `key ${JSON.stringify(key)}`, operations: ofKey }));
}
