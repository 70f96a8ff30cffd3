import { WhitewaterError } from '../../shared/errors.ts';
import type { Outcome } from './Sessions.ts';

/** @returns the state machine's result. @throws {WhitewaterError} for an outcome that is none */
export function resultOf(outcome: Outcome): unknown {
  if (outcome.type === 'result') return outcome.result;
  throw failureOf(outcome);
}

export function failureOf(outcome: Exclude<Outcome, { type: 'result' }>): WhitewaterError {
  switch (outcome.type) {
    case 'failed':
      return new WhitewaterError('COMMAND_REFUSED', outcome.message);
    case 'resultNotJson':
      return new WhitewaterError(
        'INTERNAL',
        `the command took effect, but the state machine returned what is no JSON value: ${outcome.message}`,
      );
    case 'tooManyUnanswered':
      return new WhitewaterError('OVERLOADED', 'too many requests of this session are not answered yet');
    case 'sessionUnknown':
    case 'alreadyAnswered':
      return new WhitewaterError('SESSION_EXPIRED', 'the session of this request is not known any more');
  }
}
