import { eventsOf, type Operation } from './History.ts';
import { HistoryReader } from './HistoryReader.ts';
import { processesOf } from './processes.ts';
import type { RegisterInput, RegisterOutput } from './registerModel.ts';

/**
 * The log of Jepsen's test of etcd, as in `test_data/jepsen` of Porcupine: `INFO  jepsen.util - 0	:invoke	:cas	[1 2]`.
 * Columns are apart by tabs or spaces. `:ok` tells the value that was read, `:fail` that it did not happen, `:info` that nobody knows.
 */
const LINE = /^INFO\s+jepsen\.util\s+-\s+(\d+)\s+:(invoke|ok|fail|info)\s+:(read|write|cas)\s+(.+?)\s*$/;
const OF_JEPSEN = /^INFO\s+jepsen\.util\s+-\s+\d+\s/;
const TIMED_OUT = ':timed-out';

type RegisterOperation = Operation<RegisterInput, RegisterOutput>;

/**
 * Lines of other programs are passed over. The client of an operation is its process, its times are numbers of lines.
 *
 * @throws {SyntaxError} with the number of the line, when one cannot be understood
 */
export function readRegisterLog(text: string): RegisterOperation[] {
  const reader = new HistoryReader<RegisterInput, RegisterOutput>();
  for (const line of text.split('\n')) {
    reader.nextLine();
    const match = LINE.exec(line);
    if (match !== null) {
      const [, process = '', kind = '', name = '', value = ''] = match;
      readEvent(reader, process, kind, name, value);
    } else if (OF_JEPSEN.test(line)) throw reader.error(`this is no event of a register: ${line}`);
  }
  return reader.operations();
}

function readEvent(
  reader: HistoryReader<RegisterInput, RegisterOutput>,
  process: string,
  kind: string,
  name: string,
  value: string,
): void {
  if (kind === 'invoke') return reader.call(process, inputOf(reader, name, value));
  // The operation stays open.
  if (kind === 'info') return;
  // A cas that fails has compared; of anything else that fails nothing is known but that it did nothing.
  if (kind === 'fail' && (name !== 'cas' || value === TIMED_OUT)) return reader.drop(process);
  if (name === 'read') return reader.return(process, { type: 'read', value: numberOrNil(reader, value) });
  if (name === 'write') return reader.return(process, { type: 'written' });
  return reader.return(process, { type: 'compared', changed: kind === 'ok' });
}

function inputOf(reader: HistoryReader<RegisterInput, RegisterOutput>, name: string, value: string): RegisterInput {
  if (name === 'read') return { type: 'read' };
  if (name === 'write') {
    const written = numberOrNil(reader, value);
    if (written === null) throw reader.error('nil cannot be written');
    return { type: 'write', value: written };
  }
  const pair = /^\[(-?\d+)\s+(-?\d+)\]$/.exec(value);
  if (pair === null) throw reader.error(`a cas needs two numbers, such as [1 2], and has ${value}`);
  return { type: 'compareAndSet', expected: Number(pair[1]), value: Number(pair[2]) };
}

function numberOrNil(reader: HistoryReader<RegisterInput, RegisterOutput>, value: string): number | null {
  if (value === 'nil') return null;
  if (!/^-?\d+$/.test(value)) throw reader.error(`${value} is neither a number nor nil`);
  return Number(value);
}

/** What `readRegisterLog` and Porcupine read; open operations have timed out at the end. */
export function writeRegisterLog(operations: readonly RegisterOperation[]): string {
  const events = eventsOf(operations);
  const processes = processesOf(operations, events);
  const lines = events.map(({ kind, operation }) =>
    lineOf(processes[operation] ?? 0, operations[operation], kind === 'return'),
  );
  for (const [at, { input, output }] of operations.entries()) {
    if (output !== undefined) continue;
    // Porcupine's reader knows no other end of a read.
    const end = input.type === 'read' ? 'fail' : 'info';
    lines.push(columns(processes[at] ?? 0, end, nameOf(input), TIMED_OUT));
  }
  return lines.map((line) => `${line}\n`).join('');
}

function lineOf(process: number, operation: RegisterOperation | undefined, isReturn: boolean): string {
  if (operation === undefined) return '';
  const { input, output } = operation;
  const kind = !isReturn ? 'invoke' : output?.type === 'compared' && !output.changed ? 'fail' : 'ok';
  const read = isReturn && output?.type === 'read' ? String(output.value ?? 'nil') : 'nil';
  const value = input.type === 'read' ? read : valueOf(input);
  return columns(process, kind, nameOf(input), value);
}

function columns(...[process, kind, name, value]: readonly [number, string, string, string]): string {
  return `INFO  jepsen.util - ${process}\t:${kind}\t:${name}\t${value}`;
}

function nameOf({ type }: RegisterInput): string {
  return type === 'compareAndSet' ? 'cas' : type;
}

function valueOf(input: Exclude<RegisterInput, { type: 'read' }>): string {
  return input.type === 'write' ? String(input.value) : `[${input.expected} ${input.value}]`;
}
