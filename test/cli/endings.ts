import type { Test } from 'tap';
import { type ErrorCode, WhitewaterError } from '../../shared/errors.ts';
import { runCommand, RunningProcess, type CommandResult } from '../support/processes.ts';

/** A process starts in a fraction of a second; beside busy loops it takes much longer. */
export const WITHIN_MS = 40_000;

/** Runs a command line to its end. */
export function run(
  t: Test,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<CommandResult> {
  return runCommand(t, { name: args[0] ?? 'whitewater', args, env }, WITHIN_MS);
}

/** One line, which begins with the code, and the exit code that the table of errors has for it. */
export function endedWith(t: Test, { code, stderr }: CommandResult, expected: ErrorCode, message: RegExp): void {
  const { exitCode } = new WhitewaterError(expected, '');
  t.equal(code, exitCode, `${expected} ends with exit code ${exitCode}`);
  const [line = '', ...more] = stderr.split('\n').filter((text) => text !== '');
  t.same(more, [], 'in one line');
  t.ok(line.startsWith(`whitewater: ${expected}: `), line);
  t.match(line, message);
}

export interface StartedRelay {
  readonly relay: RunningProcess;
  readonly url: string;
  readonly port: string;
}

export async function startRelay(t: Test, ...args: string[]): Promise<StartedRelay> {
  const relay = RunningProcess.start(t, { name: 'relay', args: ['relay', '--port', '0', ...args] });
  const [, url = '', port = ''] = await relay.line(/listens at (http:\/\/127\.0\.0\.1:(\d+))/, WITHIN_MS);
  return { relay, url, port };
}

/** A cluster of one elects itself without a relay, so it has a term and a vote to lose. */
export function alone(...more: string[]): string[] {
  return ['peer', '--id', 'p1', '--peers', 'p1', '--relay', '127.0.0.1:1', ...more];
}
