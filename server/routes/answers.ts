import { ErrorAnswer } from '../../shared/http/ErrorAnswer.ts';
import type { TSchema } from '../../shared/schema.ts';

/** What a route's schema says of its answers, for OpenAPI. */
export function answers<Answer extends TSchema>(
  summary: string,
  answer: Answer,
): { summary: string; response: { 200: Answer; default: typeof ErrorAnswer } } {
  return { summary, response: { 200: answer, default: ErrorAnswer } };
}
