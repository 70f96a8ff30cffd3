import type { FastifyError } from 'fastify';
import { WhitewaterError } from '../../shared/errors.ts';
import { nearest } from '../../shared/nearest.ts';

type Problem = NonNullable<FastifyError['validation']>[number];

/** As much of a schema as a message is made of. */
interface KnownSchema {
  readonly properties?: Readonly<Record<string, { readonly description?: string }>>;
  readonly anyOf?: readonly KnownSchema[];
}

/** What fastify calls the parts of a request, in the words of whoever sends it. */
const PARTS: Readonly<Record<string, string>> = { querystring: 'query', params: 'path', headers: 'header' };
const PROBLEMS_MAX = 10;

export interface RouteHints {
  /** The schema of the part of the request that is wrong. */
  readonly schema: unknown;
  /** A body that the route takes. */
  readonly bodyExample: string | undefined;
}

/** Names the place and what would be legal there. */
export function validationError(error: FastifyError, { schema, bodyExample }: RouteHints): WhitewaterError {
  const where = error.validationContext ?? 'body';
  const problems = error.validation ?? [];
  const hint = where === 'body' && bodyExample !== undefined ? `; send for example ${bodyExample}` : '';
  const what = sentenceOf(problems, PARTS[where] ?? where, schema ?? {}) ?? error.message;
  const told = problems.slice(0, PROBLEMS_MAX).map(({ instancePath, message = 'is wrong', params }) => ({
    ...{ place: `${where}${instancePath}`, problem: message, legal: params },
  }));
  return new WhitewaterError('REQUEST_INVALID', `${what}${hint}`, { details: { problems: told } });
}

function sentenceOf(problems: readonly Problem[], part: string, schema: KnownSchema): string | undefined {
  const strange = problems.find(({ params }) => isTexts(params['additionalProperties']));
  if (strange?.instancePath === '')
    return unknownNames(strange.params['additionalProperties'] as string[], part, schema);
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

function unknownNames(names: readonly string[], part: string, schema: KnownSchema): string {
  const known = [schema, ...(schema.anyOf ?? [])].flatMap(({ properties = {} }) => Object.keys(properties));
  const [name = ''] = names;
  const meant = nearest(name, known);
  const may = known.length === 0 ? 'it takes nothing' : `it may have ${known.join(', ')}`;
  const unknown = names.slice(0, PROBLEMS_MAX).map((each) => JSON.stringify(each.slice(0, 64)));
  return `${part} has no ${unknown.join(', ')}; ${meant === undefined ? may : `did you mean ${meant}?`}`;
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}
