import { execFileSync } from 'node:child_process';
import { closeSync, constants, openSync, readFileSync, readSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { LineFile } from '../../cli/process/LineFile.ts';
import { until } from '../support/until.ts';

const WITHIN_MS = 20_000;

interface SlowPipe {
  readonly lines: LineFile;
  /** Reads what the pipe holds by now. */
  readonly read: () => string;
}

/** A pipe whose reader reads when told to, and a writer that does not wait for it, as standard error is one. */
function slowPipe(t: Test, onFailed = (error: Error): unknown => t.fail(error.message)): SlowPipe {
  const path = join(t.testdir(), 'pipe');
  execFileSync('mkfifo', [path]);
  const reader = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  const writer = openSync(path, constants.O_WRONLY | constants.O_NONBLOCK);
  const lines = new LineFile({
    ...{ descriptor: writer, isOwn: true },
    droppedLine: (dropped) => JSON.stringify({ dropped }),
    onFailed,
  });
  t.teardown(() => {
    lines.close();
    closeSync(reader);
  });
  const bytes = Buffer.alloc(65_536);
  const read = (): string => {
    try {
      return bytes.toString('utf8', 0, readSync(reader, bytes));
    } catch {
      return '';
    }
  };
  return { lines, read };
}

interface Row {
  readonly number?: number;
  readonly dropped?: number;
}

function rowsOf(text: string): Row[] {
  t.ok(text.endsWith('\n'), 'no torn line at the end');
  return text
    .slice(0, -1)
    .split('\n')
    .map((line) => JSON.parse(line) as Row);
}

const isFifoHere = process.platform === 'linux';

t.test('a slow reader gets every line, whole and in order', { skip: !isFifoHere }, async (t) => {
  const { lines, read } = slowPipe(t);
  // Ten times what a pipe holds, and lines of more than it takes at once.
  const count = 600;
  for (let number = 1; number <= count; number += 1) {
    lines.write(JSON.stringify({ number, filler: 'x'.repeat(number % 100 === 0 ? 10_000 : 1000) }));
  }
  let text = '';
  const isAll = (): boolean => {
    text += read();
    return text.includes(`{"number":${count},`) && text.endsWith('\n');
  };
  await until(isAll, { withinMs: WITHIN_MS, what: 'the last line' });
  t.strictSame(
    rowsOf(text).map(({ number }) => number),
    Array.from({ length: count }, (_, at) => at + 1),
  );
});

t.test('beyond the bound whole lines are dropped, and counted in their place', { skip: !isFifoHere }, async (t) => {
  const { lines, read } = slowPipe(t);
  const line = (number: number): string => JSON.stringify({ number, filler: 'x'.repeat(1000) });
  for (let number = 1; number <= 3000; number += 1) lines.write(line(number));
  let text = '';
  const isTold = (): boolean => {
    text += read();
    return text.includes('"dropped"') && text.endsWith('\n');
  };
  await until(isTold, { withinMs: WITHIN_MS, what: 'a line that tells of those dropped' });
  lines.write(line(3001));
  const isLast = (): boolean => {
    text += read();
    return text.includes('{"number":3001,') && text.endsWith('\n');
  };
  await until(isLast, { withinMs: WITHIN_MS, what: 'a line written after them' });
  const rows = rowsOf(text);
  const dropped = rows.filter((row) => row.dropped !== undefined);
  t.equal(dropped.length, 1);
  const count = dropped[0]?.dropped ?? 0;
  t.ok(count > 1000, `${count} lines were dropped`);
  t.equal(rows.length - 1 + count, 3001, 'each line is written or counted');
  t.strictSame(rows.at(-2), { dropped: count }, 'where they are missing');
});

t.test('a file holds all lines after the end', async (t) => {
  const path = join(t.testdir(), 'lines');
  const lines = new LineFile({
    ...{ descriptor: openSync(path, 'a'), isOwn: true },
    droppedLine: () => t.fail('a file is not slow') as never,
    onFailed: (error) => t.fail(error.message),
  });
  for (let number = 1; number <= 2000; number += 1) lines.write(JSON.stringify({ number, filler: 'x'.repeat(1000) }));
  lines.close();
  lines.write('too late');
  t.equal(rowsOf(readFileSync(path, 'utf8')).length, 2000);
});

t.test('at the end a reader that reads nothing is not waited for long', { skip: !isFifoHere }, async (t) => {
  const failed: string[] = [];
  const { lines } = slowPipe(t, (error) => failed.push(error.message));
  for (let number = 1; number <= 200; number += 1) lines.write(JSON.stringify({ number, filler: 'x'.repeat(1000) }));
  lines.close();
  t.strictSame(failed, ['its reader is too slow for the last lines']);
});

t.test('what cannot be written is told once', { skip: process.platform !== 'linux' }, async (t) => {
  const failed: string[] = [];
  const lines = new LineFile({
    ...{ descriptor: openSync('/dev/full', 'a'), isOwn: true, droppedLine: String },
    onFailed: (error) => failed.push(error.message),
  });
  lines.write('one');
  await until(() => failed.length > 0, { withinMs: WITHIN_MS, what: 'the trouble is told' });
  lines.write('two');
  lines.close();
  t.strictSame(failed, ['ENOSPC: no space left on device, write']);
});
