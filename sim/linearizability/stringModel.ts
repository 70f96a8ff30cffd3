import type { Model } from './Model.ts';
import { partitionByKey } from './partitionByKey.ts';

/** The store of MIT's lab 3: a string for each key, empty at first. */
export type StringInput =
  | { readonly type: 'get'; readonly key: string }
  | { readonly type: 'put'; readonly key: string; readonly value: string }
  | { readonly type: 'append'; readonly key: string; readonly value: string };

/** What was read; of a put or an append only that it is done. */
export type StringOutput = { readonly type: 'got'; readonly value: string } | { readonly type: 'done' };

export const STRING_MODEL: Model<string, StringInput, StringOutput> = {
  init: () => '',
  step: (state, input, output) => {
    if (input.type === 'get') return output?.type === 'got' && output.value === state ? state : undefined;
    if (output !== undefined && output.type !== 'done') return undefined;
    return input.type === 'put' ? input.value : state + input.value;
  },
  stateKey: (state) => state,
  partition: (operations) =>
    partitionByKey(operations.filter(({ input, output }) => input.type !== 'get' || output !== undefined)),
  growingText: {
    textOf: (state) => state,
    seen: (_, output) => (output.type === 'got' ? output.value : undefined),
    replacement: (input) => (input.type === 'put' ? input.value : undefined),
  },
  describeInput: (input) =>
    input.type === 'get' ? `get ${input.key}` : `${input.type} ${input.key} ${JSON.stringify(input.value)}`,
  describeOutput: (output) => (output.type === 'got' ? JSON.stringify(output.value) : 'done'),
  describeState: (state) => JSON.stringify(state),
};
