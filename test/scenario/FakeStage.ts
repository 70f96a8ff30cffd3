import type { Network } from '../../client/Network.ts';
import type { RelayClient } from '../../client/RelayClient.ts';
import { untilView } from '../../client/untilView.ts';
import { WhitewaterError } from '../../shared/errors.ts';
import type { ClusterView, PeerView } from '../../shared/http/ClusterView.ts';
import { seededRandom } from '../../shared/random.ts';
import type { Stage } from '../../client/scenario/Stage.ts';

/** A peer of a view: connected, a follower of nobody in term 1 with nothing in its log, unless told otherwise. */
export function peer(id: string, facts: Partial<PeerView> | { readonly leader?: string } = {}): PeerView {
  return {
    ...{ id, kind: 'peer', connected: true, connectionId: 'c', remoteAddress: null, heardMsAgo: 0, statusMsAgo: 0 },
    ...{ connections: 1, signs: false, refusedForMs: null, role: 'follower', term: 1, votedFor: null, leader: null },
    ...{ lastLogIndex: 0, commitIndex: 0, lastApplied: 0, status: null },
    ...facts,
  } as unknown as PeerView;
}

/** A peer that connected, and of which nothing else is known. */
export function mute(id: string, facts: Partial<PeerView> = {}): PeerView {
  const nothing = { statusMsAgo: null, role: null, term: null, leader: null };
  return peer(id, { ...nothing, lastLogIndex: null, commitIndex: null, lastApplied: null, ...facts });
}

export function viewOf(...peers: readonly PeerView[]): ClusterView {
  const leaders = peers.filter(({ connected, role }) => connected && role === 'leader');
  leaders.sort((one, other) => (other.term ?? 0) - (one.term ?? 0));
  return {
    ...{ id: 'demo', leader: leaders[0]?.id ?? null, term: Math.max(0, ...peers.map(({ term }) => term ?? 0)) },
    ...{ partition: null, peers },
  } as unknown as ClusterView;
}

export interface FakeStageParts {
  readonly peers?: readonly string[];
  /** What the relay shows now; undefined never ends. */
  readonly view?: () => ClusterView | Promise<ClusterView>;
  /** Values of keys; `undefined` is an error. */
  readonly key?: (key: string, at: string | undefined) => string | null | undefined | Promise<string | null>;
  readonly rule?: { readonly matched: number; readonly hits: Readonly<Record<string, number>> };
  readonly frames?: { readonly held: number; readonly delayed: number };
}

/** A stage without a relay: it shows what a test says. */
export function fakeStage(parts: FakeStageParts = {}): Stage {
  const { peers = ['p1', 'p2', 'p3'], view = () => viewOf(), rule, frames } = parts;
  const look = async (): Promise<ClusterView> => view();
  const live = async function* (): AsyncGenerator<never, void, undefined> {};
  const network = {
    until: (condition: never, options: object) => untilView({ look, live }, condition, options),
    faults: async () => frames,
    view: look,
  };
  const get = async (_cluster: string, key: string, { at }: { at?: string } = {}) => {
    const value = await parts.key?.(key, at);
    if (value === undefined) throw new WhitewaterError('TIMED_OUT', 'nobody answered');
    return value === null ? null : { key, value, revision: 1 };
  };
  return {
    ...{ peers, cluster: 'demo', processes: undefined, journalAfter: 0, memory: new Map(), requests: new Map() },
    network: network as unknown as Network,
    client: { get, network: () => ({ rule: async () => rule }) } as unknown as RelayClient,
    random: seededRandom('x', 'test'),
  };
}
