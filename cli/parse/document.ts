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
/** Far more than anything that is meant; whoever reads it goes down by one call and more for each. */
const DEPTH_MAX = 100;
/** What the parser says of what is nested thousands deep. */
const OUT_OF_STACK = /call stack/;

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
  try {
    const lineCounter = new LineCounter();
    const document = parseDocument(text, { lineCounter, prettyErrors: false, uniqueKeys: true, version: '1.2' });
    const [problem] = [...document.errors, ...document.warnings];
    if (problem !== undefined) {
      if (OUT_OF_STACK.test(problem.message)) throw tooDeep(place, problem);
      const { line, col } = lineCounter.linePos(problem.pos[0]);
      throw notYaml(`${place}:${line}:${col}`, `${problem.message}${hintFor(problem.message)}`, problem);
    }
    const value: unknown = document.toJS({ maxAliasCount: ALIASES_MAX });
    refuseEndless(value, place);
    const pairsOf = pairsByName();
    const locate: Locate = (steps, isOfKey = false) => {
      const { line, col } = lineCounter.linePos(offsetOf(document, { steps, isOfKey, pairsOf }));
      return { line, column: col };
    };
    return { value, locate };
  } catch (cause) {
    if (cause instanceof WhitewaterError) throw cause;
    const { message } = cause as Error;
    throw OUT_OF_STACK.test(message) ? tooDeep(place, cause) : notYaml(place, message, cause);
  }
}

function notYaml(place: string, why: string, cause: unknown): WhitewaterError {
  return new WhitewaterError('USAGE', `${place}: this is not YAML: ${why}`, { cause });
}

/** A bare * begins an alias. */
function hintFor(message: string): string {
  return message.startsWith('Alias') ? "; a * that means everybody stands in quotes: '*'" : '';
}

function tooDeep(place: string, cause?: unknown): WhitewaterError {
  const message = `${place}: it is nested too deeply; ${DEPTH_MAX} lists and mappings within each other is the most`;
  return new WhitewaterError('USAGE', message, { cause });
}

/**
 * Whoever walks through an alias that stands within what it stands for does not end.
 * @param within what the value stands in, from the outside
 */
function refuseEndless(value: unknown, place: string, within: readonly unknown[] = []): void {
  if (typeof value !== 'object' || value === null) return;
  if (within.includes(value)) {
    throw new WhitewaterError('USAGE', `${place}: an alias (*) stands within what it stands for: write it out instead`);
  }
  if (within.length >= DEPTH_MAX) throw tooDeep(place);
  const inside = [...within, value];
  for (const one of Object.values(value)) refuseEndless(one, place, inside);
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
