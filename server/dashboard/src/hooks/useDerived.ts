import { computed } from '@preact/signals';
import { useMemo } from 'preact/hooks';

/**
 * A value that is computed from signals. Its caller renders when the value changes, and not with every change of what it is
 * computed from.
 * @param from what the function takes besides signals
 */
export function useDerived<Value>(compute: () => Value, from: readonly unknown[]): Value {
  return useMemo(() => computed(compute), from).value;
}
