import { type Static, Type } from '../schema.ts';

/** The body of every HTTP answer that is not a success. `code` is of the error table. */
export const ErrorAnswer = Type.Object({
  code: Type.String(),
  message: Type.String(),
  /** True when what was asked for certainly did not happen; false when it may have. */
  definite: Type.Boolean(),
  details: Type.Optional(Type.Unknown()),
});
export type ErrorAnswer = Static<typeof ErrorAnswer>;
