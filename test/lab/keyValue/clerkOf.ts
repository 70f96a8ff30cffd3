import type { KeyValueClient } from '../../../client/KeyValueClient.ts';
import type { Clerk } from './KeyValueLabCluster.ts';

/** A clerk tries for ever; the lab ends a test after two minutes. */
const PATIENCE = { timeoutMs: 120_000 };

/** The client that ships, as the lab's clerk. */
export function clerkOf(store: KeyValueClient): Clerk {
  return {
    get: async (key) => (await store.get(key, PATIENCE))?.value ?? '',
    put: async (key, value) => {
      await store.put(key, value, PATIENCE);
    },
    append: async (key, value) => {
      await store.append(key, value, PATIENCE);
    },
  };
}
