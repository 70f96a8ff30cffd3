import type { Setting } from './Setting.ts';
import { CHECK_QUORUM, ELECTION_TIMEOUT, HEARTBEAT, PRE_VOTE } from './clusterSettings.ts';

/** What a file or the environment says is for peers that are started; here it would change what nobody asked to change. */
function ofCommandLine<Value>(setting: Setting<Value>): Setting<Value> {
  return { ...setting, flagOnly: true, fallbackText: 'as it is' };
}

/** Which settings all peers are to have from now on. */
export const NEW_HEARTBEAT = ofCommandLine(HEARTBEAT);
export const NEW_ELECTION_TIMEOUT = ofCommandLine(ELECTION_TIMEOUT);
export const NEW_PRE_VOTE = ofCommandLine(PRE_VOTE);
export const NEW_CHECK_QUORUM = ofCommandLine(CHECK_QUORUM);

export const PROCESS_SETTINGS = [NEW_HEARTBEAT, NEW_ELECTION_TIMEOUT, NEW_PRE_VOTE, NEW_CHECK_QUORUM] as const;
