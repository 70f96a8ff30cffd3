import type { PeerId } from '../../shared/ids.ts';
import { finalOf, isJoint, jointOf, membersOf, type MembershipTarget } from './configuration.ts';
import type { RefusalReason } from './effect.ts';
import { resetElectionTimer } from './electionTimer.ts';
import { Progress } from './Progress.ts';
import type { Leader, RaftState } from './RaftState.ts';
import { hasCommittedInTerm } from './reads.ts';
import { appendAsLeader } from './replication.ts';
import { changeRole } from './roles/changeRole.ts';
import { becomeFollower } from './roles/follower.ts';
import { broadcastHeartbeat } from './roles/leader.ts';

/** A new voter must hold all but this many entries, so that it does not hold up the commits that need it. */
const CATCH_UP_ENTRIES = 1_000;

/** Begins a change by a joint configuration, in which both the old and the new voters must agree (paper, section 6). */
export function changeMembership(state: RaftState, leader: Leader, requestId: number, target: MembershipTarget): void {
  const reason = whyRefuse(state, leader, target);
  if (reason !== undefined) return state.outbox.refuse(requestId, reason);
  const configuration = jointOf(state.configuration, target);
  const index = appendAsLeader(state, leader, [{ term: state.currentTerm, type: 'configuration', configuration }]);
  state.outbox.do({ type: 'accepted', requestId, index, term: state.currentTerm });
}

function whyRefuse(
  state: RaftState,
  leader: Leader,
  { voters, learners }: MembershipTarget,
): RefusalReason | undefined {
  if (leader.transfer !== null) return 'transferring';
  // Otherwise two leaders, each unaware of the other's change, could change the members apart.
  if (!hasCommittedInTerm(state)) return 'termNotCommitted';
  if (isJoint(state.configuration) || state.configurations.latestIndex > state.commitIndex) return 'changeInProgress';
  if (!isLegal(voters, learners)) return 'illegal';
  const behind = voters.some((voter) => !isVoterOrCaughtUp(state, leader, voter));
  return behind ? 'notCaughtUp' : undefined;
}

/** What the schema of a configuration allows: receivers drop a larger one unread, and the cluster would stand still. */
const MEMBERS_LIMIT = 128;

function isLegal(voters: readonly PeerId[], learners: readonly PeerId[]): boolean {
  const count = voters.length + learners.length;
  return voters.length > 0 && count <= MEMBERS_LIMIT && new Set([...voters, ...learners]).size === count;
}

function isVoterOrCaughtUp(state: RaftState, leader: Leader, peer: PeerId): boolean {
  if (peer === state.id || state.isVoterAmongUs(peer)) return true;
  const progress = leader.progress.get(peer);
  return (
    progress !== undefined && progress.matchIndex > 0 && progress.matchIndex + CATCH_UP_ENTRIES >= state.log.lastIndex
  );
}

/**
 * A configuration came into force, or one was taken back with the entry that held it: at append, not at commit.
 * Called after every change of the log that may touch one.
 */
export function configurationChanged(state: RaftState): void {
  const { configurations, outbox, role } = state;
  outbox.report({
    type: 'configurationChanged',
    index: configurations.latestIndex,
    configuration: state.configuration,
  });
  if (role.type === 'leader') {
    followMembers(state, role);
  } else {
    standOrNot(state);
  }
}

/** Arms or disarms the election timer as the configurations allow; they depend on the commit index too. */
export function standOrNot(state: RaftState): void {
  if (state.role.type === 'leader' || state.mayStand === (state.electionTimer !== null)) return;
  if (state.mayStand) return resetElectionTimer(state, 'started');
  if (state.role.type !== 'follower') changeRole(state, { type: 'follower' }, 'membership');
  state.electionTimer = null;
}

/** A leader feeds exactly the members, learners too. */
function followMembers(state: RaftState, leader: Leader): void {
  const members = membersOf(state.configuration);
  for (const peer of leader.progress.keys()) if (!members.has(peer)) leader.progress.delete(peer);
  // The entry that made it a member leaves at once; where the logs agree comes out with the answer.
  const firstToSend = Math.max(state.log.firstIndex, state.configurations.latestIndex);
  for (const peer of state.otherMembers) {
    if (!leader.progress.has(peer)) leader.progress.set(peer, new Progress(firstToSend, state.nowMs));
  }
}

/** The leader's part when entries are committed: end the joint phase, and step down once it is no voter any more. */
export function configurationCommitted(state: RaftState, leader: Leader): void {
  const { configuration, configurations } = state;
  if (configurations.latestIndex > state.commitIndex) return;
  if (isJoint(configuration)) {
    appendAsLeader(state, leader, [
      { term: state.currentTerm, type: 'configuration', configuration: finalOf(configuration) },
    ]);
  } else if (!state.mayStand) {
    // The others may learn from this last round that the change is committed.
    broadcastHeartbeat(state, leader);
    becomeFollower(state, 'membership');
  }
}
