import type { PeerId } from '../../../../../shared/ids.ts';
import type { Selection } from '../Selection.ts';
import type { Explanation, Reason, Rule } from './Explanation.ts';

export function reason(
  text: string,
  rule: Rule | null = null,
  evidence: readonly Selection[] = [],
  because: readonly Reason[] = [],
): Reason {
  return { text, rule, evidence, because };
}

export function explanation(answer: string, reasons: readonly Reason[], unknown: readonly string[] = []): Explanation {
  return { answer, reasons, unknown };
}

export function aboutPeer(id: PeerId): Selection {
  return { kind: 'peer', id };
}

export function aboutLink(from: PeerId, to: PeerId): Selection {
  return { kind: 'link', from, to };
}

export function aboutEntry(peer: PeerId, index: number): Selection {
  return { kind: 'entry', peer, index };
}

/** The same, without what stands below `levels` levels. */
export function shallow(reasons: readonly Reason[], levels: number): readonly Reason[] {
  return reasons.map((one) => ({ ...one, because: levels <= 1 ? [] : shallow(one.because, levels - 1) }));
}

/** Each text once, with all that it was told of. */
export function distinct(reasons: readonly Reason[]): readonly Reason[] {
  const by = new Map<string, Reason>();
  for (const one of reasons) {
    const known = by.get(one.text);
    by.set(one.text, known === undefined ? one : { ...known, evidence: [...known.evidence, ...one.evidence] });
  }
  return [...by.values()];
}

/** `p1`, `p1 and p2`, `p1, p2 and p3`. */
export function listed(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1) ?? ''}`;
}

/** `is` for one, `are` for more. */
export function verb(words: readonly unknown[], one: string, more: string): string {
  return words.length === 1 ? one : more;
}

/** `1 entry`, `3 entries`. */
export function counted(count: number, one: string, more: string): string {
  return `${count} ${count === 1 ? one : more}`;
}
