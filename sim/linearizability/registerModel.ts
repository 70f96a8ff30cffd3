import type { Model } from './Model.ts';

/** One number that is read, written, and changed if it is what one thinks; null until it is written. */
export type RegisterInput =
  | { readonly type: 'read' }
  | { readonly type: 'write'; readonly value: number }
  | { readonly type: 'compareAndSet'; readonly expected: number; readonly value: number };

export type RegisterOutput =
  | { readonly type: 'read'; readonly value: number | null }
  | { readonly type: 'written' }
  | { readonly type: 'compared'; readonly changed: boolean };

interface Register {
  readonly value: number | null;
}

export const REGISTER_MODEL: Model<Register, RegisterInput, RegisterOutput> = {
  init: () => ({ value: null }),
  step: (state, input, output) => {
    switch (input.type) {
      case 'read':
        return output?.type === 'read' && output.value === state.value ? state : undefined;
      case 'write':
        return output === undefined || output.type === 'written' ? { value: input.value } : undefined;
      case 'compareAndSet': {
        const matches = state.value === input.expected;
        if (output === undefined) return matches ? { value: input.value } : undefined;
        if (output.type !== 'compared' || output.changed !== matches) return undefined;
        return matches ? { value: input.value } : state;
      }
    }
  },
  stateKey: ({ value }) => value ?? 'null',
  partition: (operations) => {
    const telling = operations.filter(({ input, output }) => input.type !== 'read' || output !== undefined);
    return [{ name: 'the register', operations: telling }];
  },
  describeInput: (input) => {
    if (input.type === 'read') return 'read';
    return input.type === 'write' ? `write ${input.value}` : `compareAndSet ${input.expected} to ${input.value}`;
  },
  describeOutput: (output) => {
    if (output.type === 'read') return String(output.value);
    return output.type === 'written' ? 'done' : output.changed ? 'changed' : 'not changed';
  },
  describeState: ({ value }) => String(value),
};
