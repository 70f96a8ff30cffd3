import { KeyValueMachine } from '../../../peer/machine/keyValue/KeyValueMachine.ts';
import type { Operation } from '../../../sim/linearizability/History.ts';
import type { KeyValueInput, KeyValueOperation, KeyValueOutput } from '../../../sim/linearizability/keyValueModel.ts';
import type { ExecutedEntry } from '../../../sim/logOrder.ts';
import type { Random } from '../../../shared/random.ts';

export interface HistoryOptions {
  /** Every value is written once. */
  readonly areValuesUnique?: boolean;
  readonly operations: number;
  readonly clients: number;
  readonly keys: number;
  /** The share of the operations whose outcome nobody was told. */
  readonly openRate: number;
}

/** How long an operation takes, at the most, in milliseconds; between two of a client lies as much again. */
const TAKES_MS_MAX = 20;

/**
 * A history that is linearizable because it was made so: each operation takes effect in the machine itself, at a moment between its
 * call and its return. One of unknown outcome may take effect long after its client gave up, or never.
 */
export function linearizableHistory(options: HistoryOptions, random: Random): KeyValueOperation[] {
  return executedHistory(options, random).operations;
}

export interface ExecutedHistory {
  /** In the order of their calls. */
  readonly operations: KeyValueOperation[];
  /** As they took effect, if they did. */
  readonly inOrder: KeyValueOperation[];
  /** The writes among these. */
  readonly executed: ExecutedEntry[];
}

/** The same, and how it came about. */
export function executedHistory(options: HistoryOptions, random: Random): ExecutedHistory {
  const executed: ExecutedEntry[] = [];
  const machine = new KeyValueMachine();
  const planned = planOf(options, random).sort((one, other) => one.effectAtMs - other.effectAtMs);
  const revisions = new Map<string, number>();
  const inOrder = planned.map(({ client, key, calledAtMs, effectAtMs, returnedAtMs }, at) => {
    const input = inputOf(key, options.areValuesUnique === true ? `${at};` : undefined, revisions, random);
    if (Number.isFinite(effectAtMs) && input.type !== 'get' && input.type !== 'list') {
      executed.push({ command: input, atMs: effectAtMs });
    }
    const output = Number.isFinite(effectAtMs) ? carryOut(machine, input) : undefined;
    const item = machine.query({ type: 'get', key });
    if (item.type === 'get') revisions.set(key, item.item?.revision ?? 0);
    return { client, input, calledAtMs, returnedAtMs, output: returnedAtMs === undefined ? undefined : output };
  });
  const operations = [...inOrder].sort((one, other) => one.calledAtMs - other.calledAtMs);
  return { operations, inOrder, executed };
}

interface Planned {
  readonly client: string;
  readonly key: string;
  readonly calledAtMs: number;
  readonly effectAtMs: number;
  readonly returnedAtMs: number | undefined;
}

function planOf({ operations, clients, keys, openRate }: HistoryOptions, random: Random): Planned[] {
  const nowMs = Array.from({ length: clients }, () => random() * TAKES_MS_MAX);
  return Array.from({ length: operations }, (_, at) => {
    const client = at % clients;
    const calledAtMs = nowMs[client] ?? 0;
    const takesMs = random() * TAKES_MS_MAX;
    nowMs[client] = calledAtMs + takesMs + random() * TAKES_MS_MAX;
    const isOpen = random() < openRate;
    const whenMs = isOpen
      ? random() < 0.5
        ? Number.POSITIVE_INFINITY
        : random() * 5 * TAKES_MS_MAX
      : random() * takesMs;
    return {
      ...{ client: `c${client}`, key: `k${Math.floor(random() * keys)}`, calledAtMs, effectAtMs: calledAtMs + whenMs },
      returnedAtMs: isOpen ? undefined : calledAtMs + takesMs,
    };
  });
}

function inputOf(
  key: string,
  onlyValue: string | undefined,
  revisions: ReadonlyMap<string, number>,
  random: Random,
): KeyValueInput {
  const kind = random();
  const value = onlyValue ?? String(Math.floor(random() * 4));
  // Often the right one, often one that is no more.
  const expectedRevision = Math.max(0, (revisions.get(key) ?? 0) - (random() < 0.7 ? 0 : Math.floor(random() * 3)));
  if (kind < 0.3) return { type: 'get', key };
  if (kind < 0.5) return { type: 'put', key, value };
  if (kind < 0.65) return { type: 'append', key, value };
  if (kind < 0.8) return { type: 'compareAndSet', key, value, expectedRevision };
  if (kind < 0.88) return { type: 'delete', key };
  if (kind < 0.95) return { type: 'delete', key, expectedRevision };
  return { type: 'list', prefix: 'k', limit: 1 + Math.floor(random() * 4) };
}

function carryOut(machine: KeyValueMachine, input: KeyValueInput): KeyValueOutput {
  if (input.type !== 'get' && input.type !== 'list') return machine.apply(input);
  const answer = machine.query(input);
  if (answer.type === 'changes') throw new Error('nobody asked for changes');
  return answer;
}

/** The same history with one answer changed: another value, another revision, another outcome, or one that comes too late or too early. */
export function mutated(operations: readonly KeyValueOperation[], random: Random): KeyValueOperation[] {
  const at = Math.floor(random() * operations.length);
  return operations.map((operation, index) => (index === at ? mutant(operation, operations, random) : operation));
}

function mutant(
  operation: KeyValueOperation,
  operations: readonly KeyValueOperation[],
  random: Random,
): Operation<KeyValueInput, KeyValueOutput> {
  const { output, calledAtMs, returnedAtMs } = operation;
  if (output === undefined || returnedAtMs === undefined) return operation;
  const byMs = (random() - 0.5) * 4 * TAKES_MS_MAX;
  if (random() < 0.3) return { ...operation, calledAtMs: calledAtMs + byMs, returnedAtMs: returnedAtMs + byMs };
  if ('changed' in output && random() < 0.5) return { ...operation, output: { ...output, changed: !output.changed } };
  if ('item' in output && random() < 0.7) {
    const others = operations.flatMap((other) =>
      other.output !== undefined && 'item' in other.output ? [other.output] : [],
    );
    const other = others[Math.floor(random() * others.length)] ?? output;
    const isOfSameKey = other.item === null || output.item === null || other.item.key === output.item.key;
    if (isOfSameKey) return { ...operation, output: other };
  }
  const revision = Math.max(0, output.revision + (random() < 0.5 ? -1 : 1));
  return { ...operation, output: { ...output, revision } };
}
