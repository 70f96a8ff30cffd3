import { WhitewaterError } from '../../shared/errors.ts';
import { isId } from '../../shared/legalId.ts';
import { SELECTOR_WORDS } from '../../shared/http/Rule.ts';

/**
 * The endpoints that a rule means: an id, several with commas between them, or a word such as `leader`.
 * @throws {WhitewaterError} USAGE
 */
export function parseEnds(text: string): string | string[] {
  const trimmed = text.trim();
  if (!trimmed.includes(',')) return trimmed === '*' ? trimmed : nameOf(trimmed, text);
  return trimmed.split(',').map((name) => nameOf(name.trim(), text));
}

function nameOf(name: string, text: string): string {
  if (isId(name)) return name;
  const message = `${JSON.stringify(text)} does not name endpoints: write an id, several as p1,p2, or one of ${SELECTOR_WORDS.join(' ')}`;
  throw new WhitewaterError('USAGE', message);
}
