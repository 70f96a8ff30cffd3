import { openSync } from 'node:fs';
import { WhitewaterError } from '../../shared/errors.ts';
import { lineTrace, SILENT_TRACE, TRACE_TOPICS, type Trace, type TraceTopic } from '../../shared/trace.ts';
import { LineFile } from './LineFile.ts';

export interface OpenTrace {
  readonly trace: Trace;
  /** Writes what waits. Called at the process's end in any case. */
  close(): void;
}

/**
 * The trace that the flags ask for: `--trace` alone goes to standard error, `--trace-file` alone means all topics.
 * A disk that is full or a reader that went away costs the trace, not the peer: one line tells that it ends.
 * @throws {WhitewaterError} USAGE when the file cannot be written
 */
export function openTrace(topics: readonly TraceTopic[] | undefined, path: string | undefined): OpenTrace {
  if (path === undefined && topics === undefined) return { trace: SILENT_TRACE, close: () => undefined };
  // Who writes this trace: a record that tells of lines that are missing says so too.
  let writer = { cluster: '', node: '' };
  const lines = new LineFile({
    descriptor: path === undefined ? process.stderr.fd : open(path),
    isOwn: path !== undefined,
    droppedLine: (dropped) => droppedRecord(writer, dropped),
    onFailed: (error) => tellEnd(error, path),
  });
  process.on('exit', () => lines.close());
  const trace = lineTrace(topics ?? TRACE_TOPICS, (line) => lines.write(line));
  return {
    trace: {
      wants: (topic) => trace.wants(topic),
      write: (record) => {
        writer = record;
        trace.write(record);
      },
    },
    close: () => lines.close(),
  };
}

function droppedRecord({ cluster, node }: { cluster: string; node: string }, lines: number): string {
  const timeMs = performance.timeOrigin + performance.now();
  return JSON.stringify({ timeMs, cluster, node, topic: 'transport', event: 'traceDropped', details: { lines } });
}

/** Where the trace itself was to go nobody reads any more. */
function tellEnd(error: Error, path: string | undefined): void {
  const stream = path === undefined ? process.stdout : process.stderr;
  stream.write(`warning: the trace ends here, it cannot be written: ${error.message}\n`);
}

function open(path: string): number {
  try {
    return openSync(path, 'a');
  } catch (cause) {
    const why = (cause as Error).message;
    throw new WhitewaterError('USAGE', `the trace file cannot be written (${why}); name another`, { cause });
  }
}
