import { WhitewaterError } from '../../shared/errors.ts';
import type { Outcome } from './Sessions.ts';

/** @returns the state machine's result. @throws {WhitewaterError} for an outcome that is none */
export function resultOf(outcome: Outcome): unknown {
  switch (outcome.type) {
    case 'result':
      return outcome.result;
    case 'failed':
      throw new WhitewaterError('COMMAND_REFUSED', outcome.message);
    case 'resultNotJson':
      throw new WhitewaterError(
        'INTERNAL',
        `the command took effect, but the state machine returned what is no JSON value: ${outcome.message}`,
      );
    case 'tooManyUnanswered':
      throw new WhitewaterError('OVERLOADED', 'too many requests of this session are not answered yet');
    case 'sessionUnknown':
    case 'alreadyAnswered':
      throw new WhitewaterError('SESSION_EXPIRED', 'the session of this request is not known any more');
  }
}
