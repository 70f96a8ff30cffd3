import type { FastifySchemaCompiler } from 'fastify';
import { Compile, type TSchema } from '../../shared/schema.ts';

/** Holds what a request carries against its route's schema. Nothing is converted: "7" is no number. */
export const validatorCompiler: FastifySchemaCompiler<TSchema> = ({ schema }) => {
  const validator = Compile(schema);
  return (value) => (validator.Check(value) ? { value } : { error: validator.Errors(value) });
};
