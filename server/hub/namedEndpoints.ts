import { SELECTOR_WORDS, type Rule, type Selector } from '../../shared/http/Rule.ts';
import type { FaultsChange } from '../faults/Faults.ts';

const WORDS: ReadonlySet<string> = new Set(SELECTOR_WORDS);

/** @param isKnown leaves out rules that need not be looked at */
export function namedEndpoints(
  { rules = new Map(), partition, profile }: FaultsChange,
  isKnown: (name: string, rule: Rule) => boolean,
): ReadonlySet<string> {
  const changed = [...rules].filter(([name, rule]) => !isKnown(name, rule)).map(([, rule]) => rule);
  const all = [...changed, ...Object.values(profile?.rules ?? {})];
  return new Set([
    ...all.flatMap(({ from, to }) => [...idsOf(from), ...idsOf(to)]),
    ...Object.values(profile?.regions ?? {}).flat(),
    ...(partition?.groups.flat() ?? []),
    ...(partition?.cuts?.flat() ?? []),
  ]);
}

function idsOf(selector: Selector | undefined): readonly string[] {
  if (selector === undefined) return [];
  if (typeof selector !== 'string') return selector;
  return WORDS.has(selector) ? [] : [selector];
}
