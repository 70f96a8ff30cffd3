import { PARTITION_SHAPES } from '../../shared/http/Partition.ts';
import { nearest } from '../../shared/nearest.ts';

const WORDS: ReadonlySet<string> = new Set(PARTITION_SHAPES.map((shape) => shape.replace(/:ID$/, '')));

/** Whether a text is the name of a shape, with or without an id behind a colon, and not a list of endpoints. */
export function isShape(text: string): boolean {
  const [word = ''] = text.trim().split(':');
  return WORDS.has(word) || text.includes(':');
}

/** For an error about a word that is neither a peer nor a shape: the shape that was meant, if one is near. */
export function shapeHint(word: string): string {
  const meant = nearest(word, [...WORDS]);
  return meant === undefined ? '' : ` (did you mean ${meant}?)`;
}

/**
 * The parts of a shape's name, such as `isolate:p1`.
 * @throws {RangeError} naming the legal ones
 */
export function shapeOf(text: string): { readonly word: string; readonly id: string | undefined } {
  const [word = '', id, ...rest] = text.trim().split(':');
  const form = id === undefined ? word : `${word}:ID`;
  if (rest.length === 0 && id !== '' && (PARTITION_SHAPES as readonly string[]).includes(form)) return { word, id };
  throw new RangeError(`${JSON.stringify(text)} is not a shape; legal: ${PARTITION_SHAPES.join(', ')}`);
}
