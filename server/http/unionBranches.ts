import type { FastifyError } from 'fastify';
import { Compile, type TSchema } from '../../shared/schema.ts';

export type Problem = NonNullable<FastifyError['validation']>[number];

/** As much of a schema as a message is made of. */
export interface KnownSchema {
  readonly properties?: Readonly<Record<string, KnownSchema>>;
  readonly anyOf?: readonly KnownSchema[];
  readonly description?: string;
}

/** Schemas stand as long as their routes do, so each branch is compiled once, when its first wrong request comes. */
const validators = new WeakMap<KnownSchema, ReturnType<typeof Compile>>();

/**
 * Where an object may be one of several, each branch complains of the keys of the others. Instead, the branch that knows
 * most of the keys given is taken to be the one that was meant, and the problems at that place are those of it alone.
 * @param value what was held against the schema
 * @param at a JSON pointer to where it stands
 */
export function problemsOfMeant(
  schema: KnownSchema,
  value: unknown,
  problems: readonly Problem[],
  at = '',
): readonly Problem[] {
  if (!isObject(value)) return problems;
  const branch = meantBranch(schema, value);
  if (branch !== undefined)
    return [...problems.filter(({ instancePath }) => !isWithin(instancePath, at)), ...problemsOf(branch, value, at)];
  return Object.entries(schema.properties ?? {}).reduce(
    (left, [key, property]) => problemsOfMeant(property, value[key], left, `${at}/${key}`),
    problems,
  );
}

/** What an object at that place may be: one, or several. */
export function branchesAt(schema: KnownSchema, pointer: string): readonly KnownSchema[] {
  const keys = pointer.split('/').slice(1);
  return keys.reduce<readonly KnownSchema[]>(
    (schemas, key) => schemas.flatMap(({ properties }) => objectsOf(properties?.[key])),
    objectsOf(schema),
  );
}

/** @returns undefined where there is nothing to choose */
function meantBranch(schema: KnownSchema, value: Readonly<Record<string, unknown>>): KnownSchema | undefined {
  if (schema.anyOf === undefined) return undefined;
  const known = ({ properties = {} }: KnownSchema): number =>
    Object.keys(value).filter((key) => Object.hasOwn(properties, key)).length;
  const [first, ...others] = objectsOf(schema);
  return others.reduce((best, branch) => (best !== undefined && known(branch) > known(best) ? branch : best), first);
}

function objectsOf(schema: KnownSchema | undefined): readonly KnownSchema[] {
  if (schema?.anyOf !== undefined) return schema.anyOf.flatMap(objectsOf);
  return schema?.properties === undefined ? [] : [schema];
}

function problemsOf(branch: KnownSchema, value: unknown, at: string): readonly Problem[] {
  const validator = validators.get(branch) ?? Compile(branch as TSchema);
  validators.set(branch, validator);
  return validator.Errors(value).map((problem) => ({ ...problem, instancePath: `${at}${problem.instancePath}` }));
}

function isWithin(pointer: string, place: string): boolean {
  return pointer === place || pointer.startsWith(`${place}/`);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
