import { type Static, Type } from '../schema.ts';

/** The body of every HTTP answer that is not a success. `code` is of the error table. */
export const ErrorAnswer = Type.Object({
  code: Type.String(),
  message: Type.String(),
  details: Type.Optional(Type.Unknown()),
});
export type ErrorAnswer = Static<typeof ErrorAnswer>;
