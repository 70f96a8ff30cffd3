import type { KeyValueCommand, KeyValueQuery } from '../shared/keyValue.ts';
import type { KeyValueOperation } from './linearizability/keyValueModel.ts';

/** What a client asked for, and what it was told. */
export interface Call {
  readonly client: string;
  readonly input: KeyValueCommand | KeyValueQuery;
  readonly calledAtMs: number;
  /** Undefined together: it may have happened at any time since, or never. */
  output: unknown;
  returnedAtMs: number | undefined;
  /** It certainly did not happen. */
  isVoid: boolean;
}

/** Those that may have happened: what certainly did not belongs in no history. */
export function operationsOf(calls: readonly Call[]): KeyValueOperation[] {
  return calls.filter(({ isVoid }) => !isVoid).map(operationOf);
}

/** The call as the judges of linearizability take it. */
export function operationOf({ client, input, output, calledAtMs, returnedAtMs }: Call): KeyValueOperation {
  return { client, input, output, calledAtMs, returnedAtMs } as KeyValueOperation;
}
