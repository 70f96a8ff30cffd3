import { WhitewaterError } from '../../shared/errors.ts';

/** As text within a message: below the largest frame, with room for what stands around it. */
export const COMMAND_BYTES_MAX = 786_432;

const encoder = new TextEncoder();

/** An entry that fits no message would end replication for good, so it must not come into the log. */
export function fitsMessage(command: string): boolean {
  // As JSON, a character of what is JSON already takes three bytes at most.
  if (command.length * 3 <= COMMAND_BYTES_MAX) return true;
  return command.length <= COMMAND_BYTES_MAX && encoder.encode(JSON.stringify(command)).length <= COMMAND_BYTES_MAX;
}

export function tooLarge(): WhitewaterError {
  return new WhitewaterError(
    'COMMAND_TOO_LARGE',
    `the command has more than ${COMMAND_BYTES_MAX} bytes as it stands in a message: send less at a time`,
  );
}
