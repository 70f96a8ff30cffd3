import type { ElectionOptions } from '../../peer/raft/options.ts';
import { WhitewaterError } from '../../shared/errors.ts';
import type { ElectionSettings, ElectionSettingsInForce } from '../../shared/http/Processes.ts';

/**
 * The settings of all peers with some of them changed.
 * @param leaseReads whether leaders answer reads by their lease
 * @throws {WhitewaterError} REQUEST_INVALID when they make no sense together: then nothing of them is to be used
 */
export function electionWith(
  current: ElectionOptions,
  asked: ElectionSettings,
  leaseReads: boolean,
): ElectionOptions & ElectionSettingsInForce {
  const election = { ...current, ...asked };
  const { heartbeatMs, electionTimeoutMsMin: min, electionTimeoutMsMax: max } = election;
  const range = `an election timeout of ${min} to ${max} ms`;
  if (min <= heartbeatMs) {
    refuse(`${range} is not longer than the heartbeat of ${heartbeatMs} ms; raise the one or lower the other`);
  }
  // Peers that draw the same timeout stand at the same time, split the vote, and do so again (paper, section 5.2).
  if (max <= min) refuse(`${range} leaves nothing to draw from; give a longest that is above the shortest`);
  if (leaseReads && !election.checkQuorum) {
    refuse('the peers answer reads by lease, which rests on CheckQuorum; start them with --no-lease-reads first');
  }
  // While they are started anew one by one, a leader would count on voters whose promise is shorter than it thinks.
  if (leaseReads && min !== current.electionTimeoutMsMin) {
    refuse(
      `the peers answer reads by lease, for which all must have the same shortest election timeout, ${current.electionTimeoutMsMin} ms; start them with --no-lease-reads first`,
    );
  }
  return election;
}

function refuse(why: string): never {
  throw new WhitewaterError('REQUEST_INVALID', `${why}; nothing was changed`);
}

/** What of the settings can be changed while the peers run. */
export function settingsInForce(election: ElectionOptions): ElectionSettingsInForce {
  const { heartbeatMs, electionTimeoutMsMin, electionTimeoutMsMax, preVote, checkQuorum } = election;
  return { heartbeatMs, electionTimeoutMsMin, electionTimeoutMsMax, preVote, checkQuorum };
}
