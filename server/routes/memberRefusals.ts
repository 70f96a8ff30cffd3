import { WhitewaterError } from '../../shared/errors.ts';
import type { MembersAnswer } from '../../shared/http/KeyValueAnswers.ts';
import type { ClusterId, PeerId } from '../../shared/ids.ts';
import { MEMBERS_MAX } from '../../shared/numbers.ts';

/** What was asked of a cluster's members. */
export type MemberRequest =
  | { readonly type: 'set'; readonly peer: PeerId; readonly role: 'voter' | 'learner' }
  | { readonly type: 'remove'; readonly peer: PeerId }
  | { readonly type: 'transfer'; readonly peer: PeerId };

/**
 * A peer refuses what is not legal without saying what would be. With the members at hand that can be told.
 * @returns the error to answer with: the one given, where the members do not explain it
 */
export function explained(
  error: unknown,
  request: MemberRequest,
  cluster: ClusterId,
  { members }: MembersAnswer,
): unknown {
  if (!(error instanceof WhitewaterError) || error.code !== 'MEMBERSHIP_REFUSED') return error;
  const why = whyRefused(request, cluster, members);
  return why === undefined ? error : new WhitewaterError('MEMBERSHIP_REFUSED', why, { cause: error });
}

type Members = MembersAnswer['members'];

function whyRefused(request: MemberRequest, cluster: ClusterId, members: Members): string | undefined {
  const { type, peer } = request;
  const voters = members.filter(({ role }) => role === 'voter');
  const member = members.find(({ id }) => id === peer);
  if (type === 'transfer') {
    if (members.length === 0 || member?.role === 'voter') return undefined;
    const is = member === undefined ? `not a member of ${cluster}` : 'a learner, which has no vote';
    return `${peer} is ${is}, so it cannot lead; choose one of the voters: ${namesOf(voters)}`;
  }
  if (voters.length === 1 && voters[0]?.id === peer && (type === 'remove' || request.role === 'learner')) {
    return `${peer} is the only voter of ${cluster}, which could do nothing without one; make another peer a voter first`;
  }
  if (type === 'set' && member === undefined && members.length >= MEMBERS_MAX) {
    return `${cluster} has ${members.length} members, and more than ${MEMBERS_MAX} are not possible; remove one first`;
  }
  return undefined;
}

/** Nothing was done: most likely the name is wrong, or the peer was removed before. */
export function notAMember(peer: PeerId, cluster: ClusterId, { members }: MembersAnswer): WhitewaterError {
  const message = `${peer} is not a member of ${cluster}, so there is nothing to remove; members are ${namesOf(members)}`;
  return new WhitewaterError('MEMBERSHIP_REFUSED', message);
}

function namesOf(members: Members): string {
  return members.map(({ id }) => id).join(', ');
}
