import type { FastifyError } from 'fastify';
import { WhitewaterError } from '../../shared/errors.ts';
import { nearest } from '../../shared/nearest.ts';
import { branchesAt, type KnownSchema, type Problem, problemsOfMeant } from './unionBranches.ts';

/** What fastify calls the parts of a request, in the words of whoever sends it. */
const PARTS: Readonly<Record<string, string>> = { querystring: 'query', params: 'path', headers: 'header' };
const PROBLEMS_MAX = 10;

export interface RouteHints {
  /** The schema of the part of the request that is wrong. */
  readonly schema: unknown;
  /** That part itself. */
  readonly value: unknown;
  /** A body that the route takes. */
  readonly bodyExample: string | undefined;
}

/** Names the place and what would be legal there. */
export function validationError(error: FastifyError, { schema, value, bodyExample }: RouteHints): WhitewaterError {
  const where = error.validationContext ?? 'body';
  const known: KnownSchema = schema ?? {};
  // Beside a key that is unknown, the schema library says of its value that nothing is legal there: the same again.
  const problems = problemsOfMeant(known, value, error.validation ?? []).filter(({ keyword }) => keyword !== 'boolean');
  const hint = where === 'body' && bodyExample !== undefined ? `; send for example ${bodyExample}` : '';
  const what = sentenceOf(problems, PARTS[where] ?? where, known, value) ?? error.message;
  const told = problems.slice(0, PROBLEMS_MAX).map(({ instancePath, message = 'is wrong', params }) => ({
    ...{ place: `${where}${instancePath}`, problem: message, legal: params },
  }));
  return new WhitewaterError('REQUEST_INVALID', `${what}${hint}`, { details: { problems: told } });
}

function sentenceOf(
  problems: readonly Problem[],
  part: string,
  schema: KnownSchema,
  value: unknown,
): string | undefined {
  const strange = problems.find(({ params }) => isTexts(params['additionalProperties']));
  if (strange !== undefined) {
    const names = strange.params['additionalProperties'] as string[];
    const { instancePath } = strange;
    return unknownNames(
      names,
      `${part}${instancePath}`,
      branchesAt(schema, instancePath),
      valueAt(value, instancePath),
    );
  }
  const [first] = problems;
  if (first === undefined) return undefined;
  const { instancePath, message = 'is wrong' } = first;
  const legal = problems
    .filter((problem) => problem.instancePath === instancePath && 'allowedValue' in problem.params)
    .map(({ params }) => JSON.stringify(params['allowedValue']));
  const must = legal.length > 0 ? `must be ${legal.join(' or ')}` : message;
  const meaning = schema.properties?.[instancePath.slice(1)]?.description;
  return `${part}${instancePath} ${must}${meaning === undefined || legal.length > 0 ? '' : ` (${meaning})`}`;
}

function unknownNames(
  names: readonly string[],
  place: string,
  branches: readonly KnownSchema[],
  value: unknown,
): string {
  const sets = branches.map(({ properties = {} }) => Object.keys(properties));
  const known = [...new Set(sets.flat())];
  const [name = ''] = names;
  const may =
    known.length === 0 ? 'it takes nothing' : `it may have ${sets.map((keys) => keys.join(', ')).join('; or else ')}`;
  const foreign = names.filter((each) => known.includes(each));
  if (foreign.length > 0) {
    const beside = Object.keys(value ?? {}).filter((key) => known.includes(key) && !foreign.includes(key));
    return `${place} may not have ${foreign.join(', ')} beside ${beside.join(', ')}; ${may}`;
  }
  const meant = nearest(name, known);
  const unknown = names.slice(0, PROBLEMS_MAX).map((each) => JSON.stringify(each.slice(0, 64)));
  const areUnknown = `${unknown.join(', ')} ${unknown.length === 1 ? 'is' : 'are'} unknown in the ${place}`;
  return `${areUnknown}; ${meant === undefined ? may : `did you mean ${meant}?`}`;
}

function valueAt(value: unknown, pointer: string): unknown {
  const keys = pointer.split('/').slice(1);
  return keys.reduce<unknown>((inner, key) => (inner as Readonly<Record<string, unknown>> | null)?.[key], value);
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}
