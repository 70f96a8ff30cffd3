import type { BenchMode } from './BenchResult.ts';
import type { Machine } from './machine.ts';
import { machineLine } from './machine.ts';
import type { Spread } from './statistics.ts';
import { table } from './table.ts';

/** With more other work than this, figures say as much about it as about what was measured. */
const BUSY_FROM = 0.1;

export interface Occasion {
  readonly startedAt: string;
  readonly tookSeconds: number;
  readonly mode: BenchMode;
  readonly machine: Machine;
  readonly otherWork: { readonly before: number; readonly after: number };
}

/** When, where and in what company something was measured. */
export function occasionPart({
  startedAt,
  tookSeconds,
  mode,
  machine,
  otherWork: { before, after },
}: Occasion): string {
  const percent = (share: number): string => `${Math.round(share * 100)} %`;
  const measured = `Measured ${startedAt.slice(0, 10)} in ${Math.round(tookSeconds)} s (${mode}) on: ${machineLine(machine)}.`;
  const told = `Other work had ${percent(before)} of the machine just before the run, and ${percent(after)} just after it.`;
  const warning = ' **It was not at rest**: rates are lower and times longer than they would be.';
  return `${measured}\n\n${told}${Math.max(before, after) < BUSY_FROM ? '' : warning}`;
}

export interface TargetRow {
  readonly what: string;
  readonly goal: string;
  readonly measured: string;
  readonly isMet: boolean;
}

export function targetsPart(rows: readonly TargetRow[]): string {
  const cells = rows.map(({ what, goal, measured, isMet }) => [what, goal, measured, isMet ? 'yes' : 'no']);
  return `### Targets\n\n${table(['target', 'goal', 'measured', 'met'], cells)}`;
}

export function spread({ median, min, max }: Spread, digits: number): string {
  return `${number(median, digits)} (${number(min, digits)} - ${number(max, digits)})`;
}

export function number(value: number, digits = 0): string {
  return value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

export function mebibytes(bytes: number, digits = 0): string {
  return number(bytes / 2 ** 20, digits);
}
