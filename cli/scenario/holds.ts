import { WhitewaterError } from '../../shared/errors.ts';
import type { ClusterView, PeerView } from '../../shared/http/ClusterView.ts';
import type { Amount, Claim, Comparison, KeyTest, NumberField, ResultTest, Text } from './conditionTypes.ts';
import { StepFailure } from './StepFailure.ts';
import { sightOf, type Stage } from './Stage.ts';
import { idsOf, type Who } from './who.ts';

/** Whether a claim is true, and what was seen, in words. */
export interface Verdict {
  readonly isTrue: boolean;
  readonly seen: string;
}

/** How long one look at a key may take. */
const KEY_TIMEOUT_MS = 1000;

/** @throws {WhitewaterError} when the relay cannot be asked */
export async function holds(claim: Claim, stage: Stage, view: ClusterView): Promise<Verdict> {
  switch (claim.kind) {
    case 'leader':
      return leaderHolds(claim, stage, view);
    case 'noLeader': {
      const leaders = leadersAmong(claim.among, stage, view);
      return verdict(leaders.length === 0, leaders.length === 0 ? 'nobody leads' : leadText(leaders));
    }
    case 'oneTerm':
      return alike('term', claim.among, stage, view);
    case 'equalCommit':
      return alike('commit', claim.among, stage, view);
    case 'number':
      return numberHolds(claim, stage, view);
    case 'follows':
      return followsHolds(claim, stage, view);
    case 'role':
      return roleHolds(claim, stage, view);
    case 'key':
      return keyHolds(claim, stage, view);
    case 'result':
      return resultHolds(claim.name, claim.test, stage);
    case 'rule': {
      const { matched, hits } = await stage.client.network(stage.cluster).rule(claim.name);
      const count = claim.field === 'matched' ? matched : Object.values(hits).reduce((sum, one) => sum + one, 0);
      return verdict(
        compare(count, claim.comparison, amount(claim.amount, stage)),
        `${claim.name} ${claim.field} ${count}`,
      );
    }
    case 'frames': {
      const count = (await stage.network.faults())[claim.field];
      return verdict(compare(count, claim.comparison, amount(claim.amount, stage)), `${claim.field} ${count}`);
    }
  }
}

function verdict(isTrue: boolean, seen: string): Verdict {
  return { isTrue, seen };
}

function peersOf(whos: readonly Who[] | undefined, stage: Stage, view: ClusterView): PeerView[] {
  const ids = whos === undefined ? stage.peers : idsOf(whos, sightOf(stage, view));
  return ids.flatMap((id) => view.peers.find((peer) => peer.id === id) ?? []);
}

function leadersAmong(among: readonly Who[] | undefined, stage: Stage, view: ClusterView): PeerView[] {
  return peersOf(among, stage, view).filter(({ connected, role }) => connected && role === 'leader');
}

/** As the lab's checkOneLeader: of several leaders the one of the highest term counts; two of one term are an error. */
function leaderHolds({ among, is }: Extract<Claim, { kind: 'leader' }>, stage: Stage, view: ClusterView): Verdict {
  const leaders = leadersAmong(among, stage, view).sort((one, other) => (other.term ?? 0) - (one.term ?? 0));
  const [leader, second] = leaders;
  if (leader === undefined) return verdict(false, `nobody leads${among === undefined ? '' : ' among these'}`);
  if (second !== undefined && second.term === leader.term) {
    throw new StepFailure(`${leader.id} and ${second.id} both lead in term ${leader.term ?? 0}`);
  }
  const wanted = is === undefined ? undefined : idsOf(is.who, sightOf(stage, view)).includes(leader.id);
  return verdict(wanted === undefined || wanted !== is?.isNot, leadText([leader]));
}

function leadText(leaders: readonly PeerView[]): string {
  return leaders.map(({ id, term }) => `${id} leads term ${term ?? 0}`).join(', ');
}

const FIELDS: Readonly<Record<NumberField, (peer: PeerView) => number>> = {
  term: ({ term }) => term ?? 0,
  commit: ({ commitIndex }) => commitIndex ?? 0,
  applied: ({ lastApplied }) => lastApplied ?? 0,
  log: ({ lastLogIndex }) => lastLogIndex ?? 0,
};

function alike(field: NumberField, among: readonly Who[] | undefined, stage: Stage, view: ClusterView): Verdict {
  const peers = peersOf(among, stage, view).filter(({ connected }) => connected);
  const values = new Set(peers.map(FIELDS[field]));
  return verdict(values.size === 1, values.size === 1 ? `${field} ${[...values].join()}` : fieldText(field, peers));
}

/** Without `of`, a term is the cluster's, and an index is that of whoever is furthest. */
function numberHolds(claim: Extract<Claim, { kind: 'number' }>, stage: Stage, view: ClusterView): Verdict {
  const { field, of, comparison } = claim;
  const wanted = amount(claim.amount, stage);
  const peers = peersOf(of, stage, view);
  if (of !== undefined) {
    const isTrue = peers.length > 0 && peers.every((peer) => compare(FIELDS[field](peer), comparison, wanted));
    return verdict(isTrue, fieldText(field, peers));
  }
  const most = field === 'term' ? view.term : Math.max(0, ...peers.map(FIELDS[field]));
  return verdict(compare(most, comparison, wanted), `${field} ${most}`);
}

function fieldText(field: NumberField, peers: readonly PeerView[]): string {
  return peers.map((peer) => `${peer.id} ${field} ${FIELDS[field](peer)}`).join(', ') || 'none of them is known';
}

/** Of connected peers; `all` is all that do not lead themselves. */
function followsHolds(claim: Extract<Claim, { kind: 'follows' }>, stage: Stage, view: ClusterView): Verdict {
  const isLeaderKnown = view.leader !== null || !claim.leader.some(({ kind }) => kind === 'leader');
  if (!isLeaderKnown) return verdict(false, 'nobody leads');
  const [leader = ''] = idsOf(claim.leader, sightOf(stage, view));
  const peers = peersOf(claim.who, stage, view).filter(({ id }) => id !== leader);
  const term = view.peers.find(({ id }) => id === leader)?.term;
  const astray = peers.filter((peer) => !peer.connected || peer.leader !== leader || peer.term !== term);
  const seen = (astray.length === 0 ? peers : astray).map(
    ({ id, leader, term }) => `${id} follows ${leader ?? 'nobody'} in term ${term ?? 0}`,
  );
  return verdict(astray.length === 0 && peers.length > 0, seen.join(', '));
}

function roleHolds(claim: Extract<Claim, { kind: 'role' }>, stage: Stage, view: ClusterView): Verdict {
  const peers = peersOf(claim.who, stage, view);
  const is = ({ connected, role }: PeerView): boolean => {
    if (claim.role === 'connected') return connected;
    if (claim.role === 'disconnected') return !connected;
    return connected && role === claim.role;
  };
  const seen = peers.map(({ id, connected, role }) => `${id} ${connected ? (role ?? 'connected') : 'disconnected'}`);
  return verdict(peers.length > 0 && peers.every((peer) => is(peer) !== claim.isNot), seen.join(', '));
}

async function keyHolds(
  { key, at, test }: Extract<Claim, { kind: 'key' }>,
  stage: Stage,
  view: ClusterView,
): Promise<Verdict> {
  const [peer] = at === undefined ? [] : idsOf(at, sightOf(stage, view));
  try {
    const options = {
      timeoutMs: KEY_TIMEOUT_MS,
      ...(peer === undefined ? {} : { at: peer, consistency: 'stale' as const }),
    };
    const item = await stage.client.get(stage.cluster, key, options);
    const seen = item === null ? `there is no key ${key}` : `${key} = ${item.value.slice(0, 200)}`;
    return verdict(keyIs(item?.value, test, stage), seen);
  } catch (error) {
    // A cluster that cannot be asked now may be asked again.
    if (error instanceof WhitewaterError && error.code !== 'RELAY_UNREACHABLE')
      return verdict(false, `${key}: ${error.code}`);
    throw error;
  }
}

function keyIs(value: string | undefined, test: KeyTest, stage: Stage): boolean {
  if (!('value' in test)) return (value === undefined) === (test.kind === 'missing');
  const wanted = textFrom(test.value, stage);
  if (test.kind === 'contains') return value?.includes(wanted) === true;
  return (value === wanted) === (test.kind === '=');
}

export function textFrom(text: Text, { memory }: Pick<Stage, 'memory'>): string {
  return 'text' in text ? text.text : String(memory.get(text.variable));
}

function resultHolds(name: string, test: ResultTest, { requests }: Stage): Verdict {
  const outcome = requests.get(name)?.outcome;
  if (outcome === undefined) return verdict(test.kind === 'pending', `$${name} has no answer yet`);
  const seen = outcome.ok
    ? `$${name} succeeded: ${outcome.text}`
    : `$${name} failed with ${outcome.code}: ${outcome.message}`;
  if (test.kind !== 'failed')
    return verdict(test.kind === 'finished' || (test.kind === 'succeeded' && outcome.ok), seen);
  return verdict(!outcome.ok && (test.codes.length === 0 || test.codes.includes(outcome.code)), seen);
}

function amount({ variable, number }: Amount, { memory }: Stage): number {
  if (variable === undefined) return number;
  const base = Number(memory.get(variable));
  if (Number.isNaN(base)) throw new StepFailure(`$${variable} is ${String(memory.get(variable))}, which is no number`);
  return base + number;
}

function compare(value: number, comparison: Comparison, wanted: number): boolean {
  switch (comparison) {
    case '=':
      return value === wanted;
    case '!=':
      return value !== wanted;
    case '<':
      return value < wanted;
    case '<=':
      return value <= wanted;
    case '>':
      return value > wanted;
    case '>=':
      return value >= wanted;
  }
}
