import { pause } from '../cli/live/followCluster.ts';
import { StepFailure } from '../client/scenario/StepFailure.ts';
import type { RelayClient } from '../client/RelayClient.ts';
import type { KeyValueCluster } from '../client/KeyValueClient.ts';
import { WhitewaterError } from '../shared/errors.ts';

/** A new voter catches up first, and on a busy machine leaders come and go. */
const TRY_MS = 30_000;
const PAUSE_MS = 100;

export interface MembersOptions {
  readonly client: RelayClient;
  /** Changes several members in one step, which HTTP cannot. */
  readonly admin: KeyValueCluster;
  readonly cluster: string;
  readonly withinMs: number;
  readonly signal: AbortSignal;
}

/**
 * Makes these the voters, and nobody else a member, however often it has to be asked: what a change came to may be unknown.
 * @throws {StepFailure} when they are not within the time
 */
export async function makeVoters(voters: readonly string[], options: MembersOptions): Promise<void> {
  const { client, admin, cluster, withinMs, signal } = options;
  const deadlineMs = performance.now() + withinMs;
  let seen = 'nobody told who the members are';
  while (!signal.aborted) {
    try {
      const { members, changing } = await client.members(cluster);
      const missing = voters.filter((id) => !members.some((member) => member.id === id && member.role === 'voter'));
      const removed = members.map(({ id }) => id).filter((id) => !voters.includes(id));
      seen = `members ${members.map(({ id, role }) => (role === 'voter' ? id : `${id} (${role})`)).join(', ')}${changing ? ', changing' : ''}`;
      if (!changing && missing.length === 0 && removed.length === 0) return;
      if (performance.now() > deadlineMs) break;
      if (!changing) await admin.changeMembers({ voters: missing, removed }, { timeoutMs: TRY_MS });
    } catch (error) {
      if (!(error instanceof WhitewaterError)) throw error;
      seen = `${error.code}: ${error.message}`;
      if (performance.now() > deadlineMs) break;
    }
    await pause(PAUSE_MS, signal);
  }
  if (!signal.aborted)
    throw new StepFailure(`${voters.join(', ')} are not the voters within ${withinMs} ms; last seen: ${seen}`);
}
