import {
  isAlias,
  isCollection,
  isMap,
  isNode,
  isPair,
  isScalar,
  LineCounter,
  parseDocument,
  type Document,
  type Pair,
  type YAMLMap,
} from 'yaml';
import { WhitewaterError } from '../../shared/errors.ts';
import { readText } from './textFile.ts';

/** A few lines of YAML can stand for gigabytes by aliases of aliases. */
const ALIASES_MAX = 100;

/**
 * What a file of YAML or JSON holds; JSON is YAML.
 * @throws {WhitewaterError} USAGE with the line and column of what is wrong
 */
export function readDocument(path: string): unknown {
  return parseText(readText(path), path);
}

/** Where something stands in a text: both from 1. */
export interface TextPosition {
  readonly line: number;
  readonly column: number;
}

/**
 * @param steps names of fields and numbers of list items, from the whole; the longest part of it that exists counts
 * @param isOfKey where the last name stands, and not what it has
 */
export type Locate = (steps: readonly (string | number)[], isOfKey?: boolean) => TextPosition;

export interface LocatedDocument {
  readonly value: unknown;
  readonly locate: Locate;
}

/** The same as `readDocument`, with the place of each thing in it. */
export function readLocated(path: string): LocatedDocument {
  return parseLocated(readText(path), path);
}

/** @param place where the text is from, for errors */
export function parseText(text: string, place: string): unknown {
  return parseLocated(text, place).value;
}

/** @param place where the text is from, for errors */
export function parseLocated(text: string, place: string): LocatedDocument {
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
    const pairsOf = pairsByName();
    const locate: Locate = (steps, isOfKey = false) => {
      const { line, col } = lineCounter.linePos(offsetOf(document, { steps, isOfKey, pairsOf }));
      return { line, column: col };
    };
    return { value, locate };
  } catch (cause) {
    throw new WhitewaterError('USAGE', `${place}: this is not YAML: ${(cause as Error).message}`, { cause });
  }
}

type PairsOf = (map: YAMLMap) => ReadonlyMap<string, Pair>;

/** The pairs of a map by the names of their keys; each map is gone through once. */
function pairsByName(): PairsOf {
  const known = new WeakMap<YAMLMap, ReadonlyMap<string, Pair>>();
  return (map) => {
    const pairs =
      known.get(map) ??
      new Map(map.items.map((pair) => [String(isScalar(pair.key) ? pair.key.value : pair.key), pair]));
    known.set(map, pairs);
    return pairs;
  };
}

interface Sought {
  readonly steps: readonly (string | number)[];
  readonly isOfKey: boolean;
  readonly pairsOf: PairsOf;
}

function offsetOf(document: Document.Parsed, { steps, isOfKey, pairsOf }: Sought): number {
  let node: unknown = document.contents;
  let offset = startOf(node) ?? 0;
  for (const [at, step] of steps.entries()) {
    const collection = isAlias(node) ? node.resolve(document) : node;
    if (!isCollection(collection)) break;
    const item = isMap(collection) ? pairsOf(collection).get(String(step)) : collection.items[Number(step)];
    if (item === undefined) break;
    const [key, value] = isPair(item) ? [item.key, item.value] : [undefined, item];
    const ofKey = startOf(key);
    offset = (isOfKey && at === steps.length - 1 ? ofKey : startOf(value)) ?? ofKey ?? offset;
    node = value;
  }
  return offset;
}

function startOf(node: unknown): number | undefined {
  return isNode(node) ? node.range?.[0] : undefined;
}
