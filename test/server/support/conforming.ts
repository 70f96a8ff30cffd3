import { Compile, type Static, type TSchema } from '../../../shared/schema.ts';

const validators = new Map<TSchema, ReturnType<typeof Compile>>();

/** @throws {Error} naming the first place where the value is not of the schema */
export function conforming<Schema extends TSchema>(schema: Schema, value: unknown): Static<Schema> {
  const validator = validators.get(schema) ?? Compile(schema);
  validators.set(schema, validator);
  if (validator.Check(value)) return value as Static<Schema>;
  const first = validator.Errors(value)[0];
  throw new Error(`${first?.instancePath ?? ''} ${first?.message ?? ''}: ${JSON.stringify(value)}`);
}
