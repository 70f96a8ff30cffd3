#!/usr/bin/env node
import { COMMANDS } from './commands.ts';
import { closeOutput, ignoreOutputErrors, lostOutput } from './process/output.ts';
import { wordsOfProcess } from './process/held.ts';
import { tellSupervisor } from './process/supervised.ts';
import { runProgram } from './program.ts';
import { WhitewaterError } from '../shared/errors.ts';
import { asWhitewaterError, errorText, isDefect } from './report.ts';

/** The exit code of a process that was interrupted, as shells have it. */
const INTERRUPTED = 130;

ignoreOutputErrors();
process.on('uncaughtException', (error) => {
  void fail(error).then((code) => process.exit(code));
});

const exitCode = await runProgram(COMMANDS, await wordsOfProcess(), {
  environment: process.env,
  folder: process.cwd(),
  stdout: process.stdout,
  stderr: process.stderr,
}).catch(fail);
await closeOutput();
const lost = lostOutput();
// Sockets that are kept alive for a next request, which will not come, are not waited for.
process.exit(lost === undefined ? exitCode : lostOutputCode(lost));

/** What went wrong besides has told its own line, and keeps its code. */
function lostOutputCode(why: string): number {
  const message = `standard output could not be written (${why}); make room, or write somewhere else`;
  const error = new WhitewaterError('OUTPUT_FAILED', message);
  process.stderr.write(errorText(error));
  return exitCode === 0 || exitCode === INTERRUPTED ? error.exitCode : exitCode;
}

/** @returns the exit code */
async function fail(thrown: unknown): Promise<number> {
  const error = asWhitewaterError(thrown);
  const isTold = await tellSupervisor({ type: 'failed', code: error.code, message: error.message });
  // A supervisor shows the error in its own words; of a defect it needs the stack as well.
  if (!isTold || isDefect(error)) process.stderr.write(errorText(error));
  return error.exitCode;
}
