import type { Static, TSchema } from 'typebox';
import { Value } from 'typebox/value';

/** @throws {Error} naming the first place where the value is not of the schema */
export function conforming<Schema extends TSchema>(schema: Schema, value: unknown): Static<Schema> {
  const first = Value.Errors(schema, value)[0];
  if (first !== undefined) throw new Error(`${first.instancePath} ${first.message}: ${JSON.stringify(value)}`);
  return value as Static<Schema>;
}
