import type { ClusterView, PeerView } from '../../shared/http/ClusterView.ts';
import { amountOf, compare } from './amounts.ts';
import type { Claim, NumberField } from './conditionTypes.ts';
import { StepFailure } from './StepFailure.ts';
import { verdict, type Verdict } from './Verdict.ts';
import { idsOf, sightOf, type Setting, type Who } from './who.ts';
import { knownPeers, numberOf, witnessesOf } from './witnesses.ts';

const KINDS = ['leader', 'noLeader', 'oneTerm', 'equalCommit', 'number', 'follows', 'role'] as const;
/** What a view of the cluster decides; all else is asked of the relay, or known to who made the requests. */
export type ViewClaim = Extract<Claim, { kind: (typeof KINDS)[number] }>;

export function isInView(claim: Claim): claim is ViewClaim {
  return (KINDS as readonly string[]).includes(claim.kind);
}

/**
 * What nobody told is not true, and its contrary neither.
 * @throws {StepFailure} when it can never be true @throws {RangeError} when it names whom nobody knows yet
 */
export function holdsInView(claim: ViewClaim, setting: Setting, view: ClusterView): Verdict {
  switch (claim.kind) {
    case 'leader':
      return leaderHolds(claim, setting, view);
    case 'noLeader':
      return noLeaderHolds(claim.among, setting, view);
    case 'oneTerm':
      return alike('term', claim.among, setting, view);
    case 'equalCommit':
      return alike('commit', claim.among, setting, view);
    case 'number':
      return numberHolds(claim, setting, view);
    case 'follows':
      return followsHolds(claim, setting, view);
    case 'role':
      return roleHolds(claim, setting, view);
  }
}

function leaderHolds({ among, is }: Extract<Claim, { kind: 'leader' }>, setting: Setting, view: ClusterView): Verdict {
  const known = knownPeers(among, setting, view);
  if ('silent' in known) return verdict(false, known.silent);
  const [leader, second] = leadersOf(known.peers).sort((one, other) => (other.term ?? 0) - (one.term ?? 0));
  if (leader === undefined) return verdict(false, `nobody leads${among === undefined ? '' : ' among these'}`);
  if (second !== undefined && second.term === leader.term) {
    throw new StepFailure(`${leader.id} and ${second.id} both lead in term ${leader.term ?? 0}`);
  }
  const wanted = is === undefined ? undefined : idsOf(is.who, sightOf(setting, view)).includes(leader.id);
  return verdict(wanted === undefined || wanted !== is?.isNot, leadText([leader]));
}

function noLeaderHolds(among: readonly Who[] | undefined, setting: Setting, view: ClusterView): Verdict {
  const witnesses = witnessesOf(among, setting, view);
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

function alike(field: NumberField, among: readonly Who[] | undefined, setting: Setting, view: ClusterView): Verdict {
  const witnesses = witnessesOf(among, setting, view);
  if ('silent' in witnesses) return verdict(false, witnesses.silent);
  const { peers } = witnesses;
  const values = new Set(peers.map((peer) => numberOf(peer, field)));
  return verdict(values.size === 1, values.size === 1 ? `${field} ${[...values].join()}` : fieldText(field, peers));
}

/** Without `of`, the highest of all that are connected counts. */
function numberHolds(claim: Extract<Claim, { kind: 'number' }>, setting: Setting, view: ClusterView): Verdict {
  const { field, of, comparison } = claim;
  const wanted = amountOf(claim.amount, setting.memory);
  const witnesses = witnessesOf(of, setting, view);
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
function followsHolds(claim: Extract<Claim, { kind: 'follows' }>, setting: Setting, view: ClusterView): Verdict {
  const isLeaderKnown = view.leader !== null || !claim.leader.some(({ kind }) => kind === 'leader');
  if (!isLeaderKnown) return verdict(false, 'nobody leads');
  const [leader = '', ...others] = idsOf(claim.leader, sightOf(setting, view));
  if (others.length > 0) throw new StepFailure(`nobody follows several: ${[leader, ...others].join(', ')}`);
  const followed = witnessesOf([{ kind: 'id', id: leader }], setting, view);
  const witnesses = witnessesOf(claim.who, setting, view);
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

function roleHolds(
  { who, role, isNot }: Extract<Claim, { kind: 'role' }>,
  setting: Setting,
  view: ClusterView,
): Verdict {
  const isOfConnections = role === 'connected' || role === 'disconnected';
  const witnesses = isOfConnections ? knownPeers(who, setting, view) : witnessesOf(who, setting, view);
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
