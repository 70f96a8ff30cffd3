import { StepFailure } from '../client/scenario/StepFailure.ts';
import type { Network } from '../client/Network.ts';
import type { RelayClient } from '../client/RelayClient.ts';
import { WhitewaterError } from '../shared/errors.ts';
import type { ClusterView } from '../shared/http/ClusterView.ts';
import type { KeyValueItem } from '../shared/keyValue.ts';

const LIST_LIMIT = 500;

export interface ReplicasOptions {
  readonly client: RelayClient;
  readonly network: Network;
  readonly cluster: string;
  readonly peers: readonly string[];
  readonly withinMs: number;
}

/**
 * Waits until all peers have applied and made durable the same, and reads the whole store from each of them.
 * @returns how many keys they hold
 * @throws {WhitewaterError} TIMED_OUT when they do not come to the same @throws {StepFailure} when they hold something else
 */
export async function compareReplicas(options: ReplicasOptions): Promise<number> {
  const { network, peers, withinMs } = options;
  let keys = 0;
  let offence: string | undefined;
  await network.until(
    async (view) => {
      const before = indexesOf(view, peers);
      if (typeof before === 'string') return before;
      const read = await readAll(options);
      if (typeof read === 'string') return read;
      const { stores, after } = read;
      // Whatever changed meanwhile, such as the end of a session, makes it worth another look and no more.
      if (after !== before) return `the index went from ${before} to ${after}`;
      keys = stores[0]?.items.length ?? 0;
      const texts = stores.map((store) => JSON.stringify(store));
      const at = texts.findIndex((text) => text !== texts[0]);
      if (at >= 0)
        offence = `${peers[at] ?? ''} holds something else than ${peers[0] ?? ''} at index ${before}: ${differenceOf(stores[0], stores[at])}`;
      return true;
    },
    { withinMs, what: 'replicas at one index' },
  );
  if (offence !== undefined) throw new StepFailure(offence);
  return keys;
}

/** All stores, and the index after they were read; or why they cannot be read now. */
async function readAll(
  options: ReplicasOptions,
): Promise<{ readonly stores: readonly Store[]; readonly after: number | string } | string> {
  const { peers, network } = options;
  try {
    const stores = await Promise.all(peers.map((id) => storeAt(options, id)));
    return { stores, after: indexesOf(await network.view(), peers) };
  } catch (error) {
    if (!(error instanceof WhitewaterError)) throw error;
    return `${error.code}: ${error.message}`;
  }
}

/** @returns the index that all of them have committed, applied, and made durable to the end of their logs; or why there is none */
function indexesOf({ peers }: ClusterView, ids: readonly string[]): number | string {
  const told = ids.map((id) => peers.find((peer) => peer.id === id)?.status ?? null);
  const index = told[0]?.commitIndex;
  const isSame = told.every(
    (status) =>
      status !== null &&
      [status.commitIndex, status.lastApplied, status.lastLogIndex, status.durableIndex].every((one) => one === index),
  );
  if (isSame && index !== undefined) return index;
  const shown = told.map((status, at) => {
    const indexes = status && [status.commitIndex, status.lastApplied, status.durableIndex, status.lastLogIndex];
    return `${ids[at] ?? ''} ${indexes?.join('/') ?? 'silent'}`;
  });
  return `commit, applied, durable and last index: ${shown.join(', ')}`;
}

interface Store {
  readonly items: readonly KeyValueItem[];
  readonly revision: number;
}

async function storeAt({ client, cluster }: ReplicasOptions, id: string): Promise<Store> {
  const items: KeyValueItem[] = [];
  for (;;) {
    const after = items.at(-1)?.key;
    const options = { at: id, consistency: 'stale', limit: LIST_LIMIT } as const;
    const page = await client.list(cluster, '', { ...options, ...(after === undefined ? {} : { after }) });
    items.push(...page.items);
    if (!page.more) return { items, revision: page.revision };
  }
}

function differenceOf(one: Store | undefined, other: Store | undefined): string {
  if (one?.revision !== other?.revision) return `revision ${one?.revision ?? 0} and ${other?.revision ?? 0}`;
  const items = one?.items ?? [];
  const others = other?.items ?? [];
  const at = Array.from({ length: Math.max(items.length, others.length) }).findIndex(
    (_, index) => JSON.stringify(items[index]) !== JSON.stringify(others[index]),
  );
  return `${JSON.stringify(items[at])} and ${JSON.stringify(others[at])}`;
}
