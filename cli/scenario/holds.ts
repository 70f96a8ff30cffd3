import { WhitewaterError } from '../../shared/errors.ts';
import type { ClusterView, PeerView } from '../../shared/http/ClusterView.ts';
import type {
  Amount,
  Claim,
  Comparison,
  KeyTest,
  NumberField,
  ResultTest,
  Text,
} from '../../client/scenario/conditionTypes.ts';
import type { Verdict } from '../../client/scenario/Verdict.ts';
import { StepFailure } from './StepFailure.ts';
import { sightOf, type Stage } from './Stage.ts';
import { knownPeers, numberOf, witnessesOf } from './witnesses.ts';
import { idsOf, type Who } from '../../client/scenario/who.ts';

/** How long one look at a key may take. */
const KEY_TIMEOUT_MS = 1000;

interface Look {
  readonly view: ClusterView;
  readonly timeoutMs: number;
}

/** Whether more than the view is needed to judge it: a request to the relay, which takes its time. */
export function isAsked({ kind }: Claim): boolean {
  return kind === 'key' || kind === 'rule' || kind === 'frames';
}

/**
 * What nobody told is not true, and its contrary neither.
 * @param timeoutMs how long a look at a key may take
 * @throws {StepFailure} when it can never be true @throws {WhitewaterError} when the relay cannot be asked
 */
export async function holds(
  claim: Claim,
  stage: Stage,
  view: ClusterView,
  timeoutMs: number = KEY_TIMEOUT_MS,
): Promise<Verdict> {
  switch (claim.kind) {
    case 'leader':
      return leaderHolds(claim, stage, view);
    case 'noLeader':
      return noLeaderHolds(claim.among, stage, view);
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
      return keyHolds(claim, stage, { view, timeoutMs });
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

/** Any that is seen to lead will do, whatever the others are. As the lab's checkOneLeader: of several the one of the highest term counts; two of one term are an error. */
function leaderHolds({ among, is }: Extract<Claim, { kind: 'leader' }>, stage: Stage, view: ClusterView): Verdict {
  const known = knownPeers(among, stage, view);
  if ('silent' in known) return verdict(false, known.silent);
  const [leader, second] = leadersOf(known.peers).sort((one, other) => (other.term ?? 0) - (one.term ?? 0));
  if (leader === undefined) return verdict(false, `nobody leads${among === undefined ? '' : ' among these'}`);
  if (second !== undefined && second.term === leader.term) {
    throw new StepFailure(`${leader.id} and ${second.id} both lead in term ${leader.term ?? 0}`);
  }
  const wanted = is === undefined ? undefined : idsOf(is.who, sightOf(stage, view)).includes(leader.id);
  return verdict(wanted === undefined || wanted !== is?.isNot, leadText([leader]));
}

function noLeaderHolds(among: readonly Who[] | undefined, stage: Stage, view: ClusterView): Verdict {
  const witnesses = witnessesOf(among, stage, view);
  if ('silent' in witnesses) return verdict(false, witnesses.silent);
  const leaders = leadersOf(witnesses.peers);
  return verdict(leaders.length === 0, leaders.length === 0 ? 'nobody leads' : leadText(leaders));
}

function leadersOf(peers: readonly PeerView[]): PeerView[] {
  return peers.filter(({ connected, role }) => connected && role === 'leader');
}

function leadText(leaders: readonly PeerView[]): string {
  return leaders.map(({ id, term }) => `${id} leads term ${term ?? 0}`).join(', ');
}

function alike(field: NumberField, among: readonly Who[] | undefined, stage: Stage, view: ClusterView): Verdict {
  const witnesses = witnessesOf(among, stage, view);
  if ('silent' in witnesses) return verdict(false, witnesses.silent);
  const { peers } = witnesses;
  const values = new Set(peers.map((peer) => numberOf(peer, field)));
  return verdict(values.size === 1, values.size === 1 ? `${field} ${[...values].join()}` : fieldText(field, peers));
}

/** Without `of`, the highest of all that are connected counts. */
function numberHolds(claim: Extract<Claim, { kind: 'number' }>, stage: Stage, view: ClusterView): Verdict {
  const { field, of, comparison } = claim;
  const wanted = amount(claim.amount, stage);
  const witnesses = witnessesOf(of, stage, view);
  if ('silent' in witnesses) return verdict(false, witnesses.silent);
  const { peers } = witnesses;
  const numbers = peers.map((peer) => numberOf(peer, field));
  if (of !== undefined) {
    return verdict(
      numbers.every((number) => compare(number, comparison, wanted)),
      fieldText(field, peers),
    );
  }
  const most = Math.max(...numbers);
  return verdict(compare(most, comparison, wanted), `${field} ${most}`);
}

function fieldText(field: NumberField, peers: readonly PeerView[]): string {
  return peers.map((peer) => `${peer.id} ${field} ${numberOf(peer, field)}`).join(', ');
}

/** Peers that lead themselves need not follow, so that `all` may be said. */
function followsHolds(claim: Extract<Claim, { kind: 'follows' }>, stage: Stage, view: ClusterView): Verdict {
  const isLeaderKnown = view.leader !== null || !claim.leader.some(({ kind }) => kind === 'leader');
  if (!isLeaderKnown) return verdict(false, 'nobody leads');
  const [leader = '', ...others] = idsOf(claim.leader, sightOf(stage, view));
  if (others.length > 0) throw new StepFailure(`nobody follows several: ${[leader, ...others].join(', ')}`);
  const followed = witnessesOf([{ kind: 'id', id: leader }], stage, view);
  const witnesses = witnessesOf(claim.who, stage, view);
  if ('silent' in followed) return verdict(false, followed.silent);
  if ('silent' in witnesses) return verdict(false, witnesses.silent);
  const term = followed.peers[0]?.term;
  const peers = witnesses.peers.filter(({ id }) => id !== leader);
  const astray = peers.filter((peer) => peer.leader !== leader || peer.term !== term);
  const seen = (astray.length === 0 ? peers : astray).map(
    ({ id, leader, term }) => `${id} follows ${leader ?? 'nobody'} in term ${term ?? 0}`,
  );
  return verdict(astray.length === 0 && peers.length > 0, seen.join(', ') || `${leader} is alone`);
}

function roleHolds({ who, role, isNot }: Extract<Claim, { kind: 'role' }>, stage: Stage, view: ClusterView): Verdict {
  const isOfConnections = role === 'connected' || role === 'disconnected';
  const witnesses = isOfConnections ? knownPeers(who, stage, view) : witnessesOf(who, stage, view);
  if ('silent' in witnesses) return verdict(false, witnesses.silent);
  const { peers } = witnesses;
  const is = (peer: PeerView): boolean =>
    isOfConnections ? peer.connected === (role === 'connected') : peer.role === role;
  const seen = peers.map(({ id, connected, role }) => `${id} ${connected ? (role ?? 'connected') : 'disconnected'}`);
  return verdict(
    peers.every((peer) => is(peer) !== isNot),
    seen.join(', '),
  );
}

async function keyHolds(
  { key, at, test }: Extract<Claim, { kind: 'key' }>,
  stage: Stage,
  { view, timeoutMs }: Look,
): Promise<Verdict> {
  const replicas = at === undefined ? [undefined] : idsOf(at, sightOf(stage, view));
  if (replicas.length === 0) return verdict(false, 'this names nobody');
  const seen: string[] = [];
  for (const replica of replicas) {
    const options = { timeoutMs, ...(replica === undefined ? {} : { at: replica, consistency: 'stale' as const }) };
    const where = replicas.length > 1 && replica !== undefined ? ` at ${replica}` : '';
    try {
      const item = await stage.client.get(stage.cluster, key, options);
      const told = (item === null ? `there is no key ${key}` : `${key} = ${item.value.slice(0, 200)}`) + where;
      if (!keyIs(item?.value, test, stage)) return verdict(false, told);
      seen.push(told);
    } catch (error) {
      // A cluster that cannot be asked now may be asked again.
      if (error instanceof WhitewaterError && error.code !== 'RELAY_UNREACHABLE')
        return verdict(false, `${key}: ${error.code}${where}`);
      throw error;
    }
  }
  return verdict(true, seen.join(', '));
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
  const request = requests.get(name);
  if (request === undefined) return verdict(false, `no request was made as $${name}`);
  const { outcome } = request;
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
