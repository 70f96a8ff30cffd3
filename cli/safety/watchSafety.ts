import type { Network } from '../../client/Network.ts';
import { WhitewaterError } from '../../shared/errors.ts';
import { pause } from '../live/followCluster.ts';
import type { SafetyLedger } from './SafetyLedger.ts';

/** A journal that cannot be read now, while the relay is busy or restarts, is tried again after this long. */
const RETRY_MS = 200;

/**
 * Reads every status of a cluster from its journal into a ledger, until the signal ends it.
 * @param onOffence told of the first thing that is wrong
 */
export async function watchSafety(
  network: Network,
  ledger: SafetyLedger,
  signal: AbortSignal,
  onOffence: (offence: string) => void,
): Promise<void> {
  let after = 0;
  const isAborted = (): boolean => signal.aborted;
  while (!isAborted()) {
    try {
      for await (const line of network.journal({ after, kinds: ['status'], follow: true, signal })) {
        if (line.kind !== 'status') continue;
        after = line.seq;
        const offence = ledger.read(line.id, line.status);
        if (offence === undefined) continue;
        onOffence(offence);
        return;
      }
    } catch (error) {
      if (!(error instanceof WhitewaterError)) throw error;
    }
    await pause(RETRY_MS, signal);
  }
}
