import {
  type ChangeContext,
  changeFaults,
  type Faults,
  type FaultsChange,
  noFaults,
} from '../../server/faults/Faults.ts';
import { type Fate, judge } from '../../server/faults/judge.ts';
import type { JudgedEndpoint } from '../../server/faults/JudgedEndpoint.ts';
import { LinkFaults } from '../../server/faults/LinkFaults.ts';
import type { Rule } from '../../shared/http/Rule.ts';

/** An endpoint whose role can be changed. */
export interface TestEndpoint extends JudgedEndpoint {
  role: string | undefined;
}

export function peer(id: string, role?: string): TestEndpoint {
  return { id, isClient: false, role };
}

export function client(id: string): TestEndpoint {
  return { id, isClient: true, role: undefined };
}

export function link(from = 'p1', to = 'p2'): LinkFaults {
  return new LinkFaults(peer(from), peer(to));
}

export const EVERYBODY = { from: '*', to: '*' } as const;

/** Rules as a test writes them: ids are texts, and may be wrong. */
export function rulesOf(rules: Readonly<Record<string, unknown>>): ReadonlyMap<string, Rule> {
  return new Map(Object.entries(rules)) as ReadonlyMap<string, Rule>;
}

export const CONTEXT: ChangeContext = { nowMs: 0, peers: ['p1', 'p2', 'p3', 'p4', 'p5'] };

/** Faults with these rules, from the time 0 on. */
export function faultsOf(rules: Readonly<Record<string, unknown>>, seed = 'test'): Faults {
  return change(noFaults(seed), { rules: rulesOf(rules) });
}

export function change(faults: Faults, next: FaultsChange, nowMs = 0): Faults {
  return changeFaults(faults, next, { ...CONTEXT, nowMs });
}

/** Fates of so many frames, one each millisecond. */
export function fatesOf(on: LinkFaults, faults: Faults, count: number, type = 'AppendEntries', fromMs = 0): Fate[] {
  return Array.from({ length: count }, (_, at) => judge(on, type, 100, faults, fromMs + at));
}

/** One letter a fate: `.` delivered, `x` dropped, `~` planned. */
export function sketch(fates: readonly Fate[]): string {
  return fates.map(({ type }) => (type === 'delivered' ? '.' : type === 'dropped' ? 'x' : '~')).join('');
}

/** When the frame itself is to be delivered; undefined for what never is, or is held. */
export function timeOf(fate: Fate, nowMs: number): number | undefined {
  if (fate.type === 'delivered') return nowMs;
  return fate.type === 'planned' ? fate.copies[0]?.atMs : undefined;
}

/** How much later than its arrival each of so many frames comes, each judged when the one before it is gone. */
export function delaysOf(on: LinkFaults, faults: Faults, count: number, type = 'AppendEntries'): number[] {
  return Array.from({ length: count }, () => {
    on.lastAtMs = -Infinity;
    return timeOf(judge(on, type, 100, faults, 0), 0) ?? NaN;
  });
}

/** Normal deviations from what is expected: beyond 4.5 it happens once in 150,000 tests. */
export function deviations(hits: number, of: number, probability: number): number {
  return Math.abs(hits - of * probability) / Math.sqrt(of * probability * (1 - probability));
}

export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.floor(share * sorted.length)] ?? NaN;
}

export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
