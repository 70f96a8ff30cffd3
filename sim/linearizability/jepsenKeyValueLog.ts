import { eventsOf, type Operation } from './History.ts';
import { HistoryReader } from './HistoryReader.ts';
import type { KeyValueOperation } from './keyValueModel.ts';
import { processesOf } from './processes.ts';
import type { StringInput, StringOutput } from './stringModel.ts';

/**
 * The histories in `test_data/kv` of Porcupine: one EDN map a line, `{:process 0, :type :invoke, :f :append, :key "4", :value "x 0 1 y"}`,
 * and the same with `:ok`, which has the value for a get. What never returned has no second line.
 */
const LINE =
  /^\{:process (\d+), :type :(invoke|ok), :f :(get|put|append), :key ("(?:[^"\\]|\\.)*"), :value (nil|"(?:[^"\\]|\\.)*")\}\s*$/;

type StringOperation = Operation<StringInput, StringOutput>;

/**
 * The client of an operation is its process, its times are numbers of lines.
 *
 * @throws {SyntaxError} with the number of the line, when one cannot be understood
 */
export function readKeyValueLog(text: string): StringOperation[] {
  const reader = new HistoryReader<StringInput, StringOutput>();
  for (const line of text.split('\n')) {
    reader.nextLine();
    if (line.trim() === '') continue;
    const match = LINE.exec(line);
    if (match === null) throw reader.error(`this is no event of a key-value store: ${line}`);
    const process = match[1]!;
    const key = stringOf(reader, match[4]!);
    const value = match[5] === 'nil' ? undefined : stringOf(reader, match[5]!);
    if (match[2] === 'invoke') reader.call(process, inputOf(reader, match[3]!, key, value));
    else returned(reader, process, key, value);
  }
  return reader.operations();
}

function inputOf(
  reader: HistoryReader<StringInput, StringOutput>,
  name: string,
  key: string,
  value: string | undefined,
): StringInput {
  if (name === 'get') return { type: 'get', key };
  if (value === undefined) throw reader.error(`a ${name} needs a value`);
  return { type: name === 'put' ? 'put' : 'append', key, value };
}

function returned(
  reader: HistoryReader<StringInput, StringOutput>,
  process: string,
  key: string,
  value: string | undefined,
): void {
  const input = reader.input(process);
  if (input.key !== key) throw reader.error(`process ${process} had asked for key ${JSON.stringify(input.key)}`);
  if (input.type !== 'get') return reader.return(process, { type: 'done' });
  if (value === undefined) throw reader.error('what was read is missing');
  reader.return(process, { type: 'got', value });
}

/** EDN escapes strings as JSON does. */
function stringOf(reader: HistoryReader<StringInput, StringOutput>, text: string): string {
  try {
    return String(JSON.parse(text));
  } catch {
    throw reader.error(`${text} is no string`);
  }
}

/** What `readKeyValueLog` and Porcupine read. */
export function writeKeyValueLog(operations: readonly StringOperation[]): string {
  const events = eventsOf(operations);
  const processes = processesOf(operations, events);
  return events
    .map(({ kind, operation: at }) => {
      const operation = operations[at];
      return operation === undefined ? '' : `${mapOf(processes[at] ?? 0, operation, kind === 'return')}\n`;
    })
    .join('');
}

function mapOf(process: number, { input, output }: StringOperation, isReturn: boolean): string {
  const read = isReturn && output?.type === 'got' ? JSON.stringify(output.value) : 'nil';
  const value = input.type === 'get' ? read : JSON.stringify(input.value);
  const type = isReturn ? 'ok' : 'invoke';
  return `{:process ${process}, :type :${type}, :f :${input.type}, :key ${JSON.stringify(input.key)}, :value ${value}}`;
}

/**
 * A history of our key-value machine in the words of that format, which has no revisions, no absent keys, nothing that is done on
 * a condition, and no lists. What it cannot say is left out or told as less: a key that was deleted has the empty value. So whatever is
 * illegal as told is illegal, but not the other way round: `checkKeyValue` sees more.
 */
export function asStringHistory(operations: readonly KeyValueOperation[]): StringOperation[] {
  return operations.flatMap((operation) => {
    const { input, output } = operation;
    const isUnchanged = output !== undefined && 'changed' in output && !output.changed;
    if (input.type === 'list' || isUnchanged) return [];
    if (input.type === 'get') return getOf(operation, input.key);
    const told: StringInput =
      input.type === 'append'
        ? { type: 'append', key: input.key, value: input.value }
        : { type: 'put', key: input.key, value: input.type === 'delete' ? '' : input.value };
    return [{ ...operation, input: told, output: output === undefined ? undefined : { type: 'done' } }];
  });
}

function getOf(operation: KeyValueOperation, key: string): StringOperation[] {
  const { output } = operation;
  if (output === undefined || !('item' in output)) return [];
  return [{ ...operation, input: { type: 'get', key }, output: { type: 'got', value: output.item?.value ?? '' } }];
}
