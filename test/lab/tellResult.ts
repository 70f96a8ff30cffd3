import type { LabColumns } from './LabTester.ts';

/** A test of the lab that passed over real sockets. */
export interface LabResult extends LabColumns {
  /** As docs/TESTING.md counts them. */
  readonly number: string;
  readonly title: string;
  /** Of clerks; in lab 3 only. */
  readonly operations?: number;
  /** More than one: the tries before it were excused by a stall of this process. */
  readonly tries: number;
}

/** Tells a result to `npm run test:lab`, which prints the table; to nobody else. */
export function tellResult(result: LabResult): void {
  if (process.env['WHITEWATER_LAB_TABLE'] !== undefined) process.send?.({ labResult: result });
}
