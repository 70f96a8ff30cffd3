import { WhitewaterError, type ErrorCode } from '../shared/errors.ts';
import { SeveralMistakes } from './scenario/Mistakes.ts';
import { visible } from './view/visible.ts';

/** Anything that was thrown, as an error of the table. */
export function asWhitewaterError(error: unknown): WhitewaterError {
  if (error instanceof WhitewaterError) return error;
  const message = error instanceof Error ? error.message : String(error);
  if (isOutputTrouble(error)) {
    return new WhitewaterError('OUTPUT_FAILED', `${message}: make room, or write somewhere else`, { cause: error });
  }
  return new WhitewaterError('INTERNAL', `${message}; please report it with what stands below`, { cause: error });
}

/** What a full disk, a folder without leave to write, or a name that is no file has to say. */
const OUTPUT_TROUBLE: ReadonlySet<unknown> = new Set([
  ...['ENOSPC', 'EDQUOT', 'EIO', 'EROFS', 'EFBIG', 'EACCES', 'EPERM', 'EISDIR', 'ENOENT', 'ENOTDIR'],
]);

function isOutputTrouble(error: unknown): boolean {
  const { code, syscall } = error as NodeJS.ErrnoException;
  return (syscall === 'write' || syscall === 'open') && OUTPUT_TROUBLE.has(code);
}

/** Codes of a defect in the program: whoever reports it needs the stack. */
const DEFECTS: ReadonlySet<ErrorCode> = new Set<ErrorCode>(['INTERNAL', 'INVARIANT_VIOLATED']);

export function isDefect({ code }: WhitewaterError): boolean {
  return DEFECTS.has(code);
}

/** One line for people and scripts: `whitewater: CODE: what happened; what to do next`. */
export function errorLine(error: WhitewaterError): string {
  return `whitewater: ${error.code}: ${visible(error.message.replace(/\s*\n\s*/g, ' '))}\n`;
}

/** The error's line, and the stack too where the program itself is at fault. */
export function errorText(error: WhitewaterError): string {
  if (error instanceof SeveralMistakes) return severalText(error);
  if (!isDefect(error)) return errorLine(error);
  const cause = error.cause instanceof Error ? error.cause : error;
  return `${errorLine(error)}${cause.stack ?? ''}\n`;
}

/** A line for all, and one for each. */
function severalText({ code, headline, lines }: SeveralMistakes): string {
  return `whitewater: ${code}: ${headline}\n${lines.map((line) => `  ${line}\n`).join('')}`;
}
