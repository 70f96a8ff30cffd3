import fc from 'fast-check';
import { anyJson } from './arbitraryFrame.ts';

/** The part of JSON Schema that the messages use. */
interface Schema {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly const?: string | number | boolean;
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
}

/** Longer lists than this only make a test slow. */
const LIST_LENGTH_MAX = 12;

/**
 * Generates what a schema describes.
 * @throws {Error} for a schema that it does not know, so that a new kind of field cannot go untested
 */
export function arbitraryOf(schema: object): fc.Arbitrary<unknown> {
  const known = schema as Schema;
  if (known.const !== undefined) return fc.constant(known.const);
  if (known.anyOf !== undefined) return fc.oneof(...known.anyOf.map(arbitraryOf));
  switch (known.type) {
    case undefined:
      return anyJson;
    case 'object':
      return arbitraryObject(known);
    case 'array':
      return fc.array(arbitraryOf(known.items ?? {}), {
        minLength: known.minItems ?? 0,
        maxLength: Math.min(known.maxItems ?? LIST_LENGTH_MAX, LIST_LENGTH_MAX),
      });
    case 'integer':
      return fc.integer({
        min: known.minimum ?? Number.MIN_SAFE_INTEGER,
        max: known.maximum ?? Number.MAX_SAFE_INTEGER,
      });
    case 'number':
      return fc
        .double({ min: known.minimum ?? -1e300, max: known.maximum ?? 1e300, noNaN: true })
        .map((value) => value + 0);
    case 'boolean':
      return fc.boolean();
    case 'null':
      return fc.constant(null);
    case 'string':
      if (known.pattern !== undefined) return fc.stringMatching(new RegExp(known.pattern));
      return fc.string({ minLength: known.minLength ?? 0, maxLength: known.maxLength ?? 64, unit: 'grapheme' });
    default:
      throw new Error(`no generator for the schema ${JSON.stringify(schema)}`);
  }
}

function arbitraryObject({ properties = {}, required = [] }: Schema): fc.Arbitrary<unknown> {
  const fields = Object.fromEntries(Object.entries(properties).map(([key, value]) => [key, arbitraryOf(value)]));
  return fc.record(fields, { requiredKeys: [...required], noNullPrototype: true });
}
