import { PARTITION_SHAPES } from '../../shared/http/Partition.ts';

const WORDS: ReadonlySet<string> = new Set(PARTITION_SHAPES.map((shape) => shape.replace(/:ID$/, '')));

/** Whether a text is the name of a shape, with or without an id behind a colon, and not a list of endpoints. */
export function isShape(text: string): boolean {
  const [word = ''] = text.trim().split(':');
  return WORDS.has(word) || text.includes(':');
}
