import { readFileSync, statSync } from 'node:fs';
import { LineCounter, parseDocument } from 'yaml';
import { WhitewaterError } from '../../shared/errors.ts';

/** More than any scenario or set of rules needs, samples of delays included. */
const BYTES_MAX = 1_048_576;
/** A few lines of YAML can stand for gigabytes by aliases of aliases. */
const ALIASES_MAX = 100;

/**
 * What a file of YAML or JSON holds; JSON is YAML.
 * @throws {WhitewaterError} USAGE with the line and column of what is wrong
 */
export function readDocument(path: string): unknown {
  return parseText(readText(path), path);
}

/** @param place where the text is from, for errors */
export function parseText(text: string, place: string): unknown {
  const lineCounter = new LineCounter();
  const document = parseDocument(text, { lineCounter, prettyErrors: false, uniqueKeys: true, version: '1.2' });
  const [problem] = [...document.errors, ...document.warnings];
  if (problem !== undefined) {
    const { line, col } = lineCounter.linePos(problem.pos[0]);
    throw new WhitewaterError('USAGE', `${place}:${line}:${col}: this is not YAML: ${problem.message}`, {
      cause: problem,
    });
  }
  try {
    const value: unknown = document.toJS({ maxAliasCount: ALIASES_MAX });
    // An alias may stand within what it stands for, and whoever walks through that does not end.
    JSON.stringify(value);
    return value;
  } catch (cause) {
    throw new WhitewaterError('USAGE', `${place}: this is not YAML: ${(cause as Error).message}`, { cause });
  }
}

function readText(path: string): string {
  try {
    const stat = statSync(path);
    if (!stat.isFile()) throw new Error('it is not a regular file');
    if (stat.size > BYTES_MAX) throw new Error(`it is larger than ${BYTES_MAX} bytes`);
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw new WhitewaterError('USAGE', `${path} cannot be read (${(cause as Error).message}); name a readable file`, {
      cause,
    });
  }
}
