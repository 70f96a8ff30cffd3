import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { TRACE_TOPICS, type Trace, type TraceRecord, type TraceTopic } from '../../shared/trace.ts';

const RECORDS_MAX = 200_000;

/** The traces of everything that runs in a test's own process, for the test to read and to keep if it failed. */
export class MemoryTrace implements Trace {
  readonly records: TraceRecord[] = [];
  readonly #topics: ReadonlySet<TraceTopic>;

  /** @param topics what the test itself reads. All of them are taken when traces are kept. */
  constructor(topics: readonly TraceTopic[]) {
    this.#topics = new Set(keptFolder() === undefined ? topics : TRACE_TOPICS);
  }

  wants(topic: TraceTopic): boolean {
    return this.#topics.has(topic);
  }

  write(record: TraceRecord): void {
    if (this.#topics.has(record.topic) && this.records.length < RECORDS_MAX) this.records.push(record);
  }

  /** Writes it where WHITEWATER_TRACE_DIR says, if it says anything. */
  keep(name: string): void {
    const folder = keptFolder();
    if (folder === undefined) return;
    mkdirSync(folder, { recursive: true });
    const lines = this.records.map((record) => `${JSON.stringify(record)}\n`);
    writeFileSync(join(folder, `${name}.ndjson`), lines.join(''));
  }
}

function keptFolder(): string | undefined {
  return process.env['WHITEWATER_TRACE_DIR'];
}
