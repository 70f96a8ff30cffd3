#!/usr/bin/env node
import { COMMANDS } from './commands.ts';
import { closeOutput, ignoreBrokenPipes } from './process/output.ts';
import { tellSupervisor } from './process/supervised.ts';
import { runProgram } from './program.ts';
import { asWhitewaterError, errorText } from './report.ts';

ignoreBrokenPipes();
process.on('uncaughtException', (error) => {
  process.exit(fail(error));
});

process.exitCode = await runProgram(COMMANDS, process.argv.slice(2), {
  environment: process.env,
  folder: process.cwd(),
  stdout: process.stdout,
  stderr: process.stderr,
}).catch(fail);
await closeOutput();
// Sockets that are kept alive for a next request, which will not come, are not waited for.
process.exit();

function fail(thrown: unknown): number {
  const error = asWhitewaterError(thrown);
  process.stderr.write(errorText(error));
  tellSupervisor({ type: 'failed', code: error.code, message: error.message });
  return error.exitCode;
}
