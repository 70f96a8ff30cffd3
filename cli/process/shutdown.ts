import { onOutputGone } from './output.ts';
import { isSupervised } from './supervised.ts';

export type StopReason = 'SIGINT' | 'SIGTERM' | 'outputGone' | 'supervisorGone';

/**
 * Resolves when this process is asked to stop. SIGHUP is left to the system, so that `nohup` works.
 *
 * A supervised process stops on SIGTERM, and when the channel to its supervisor closes, which happens however that one
 * ends. What a terminal sends reaches the whole group of processes, so a supervised one leaves that to its supervisor.
 *
 * @param onAgain called at each further signal: somebody does not want to wait
 */
export function stopRequested(onAgain: () => void = () => undefined): Promise<StopReason> {
  return new Promise((resolve) => {
    let isAsked = false;
    const ask = (reason: StopReason): void => {
      if (isAsked) onAgain();
      isAsked = true;
      resolve(reason);
    };
    process.on('SIGTERM', () => ask('SIGTERM'));
    if (!isSupervised()) {
      process.on('SIGINT', () => ask('SIGINT'));
      onOutputGone(() => {
        if (!isAsked) ask('outputGone');
      });
      return;
    }
    for (const signal of ['SIGINT', 'SIGHUP'] as const) process.on(signal, () => undefined);
    onOutputGone(() => undefined);
    process.on('disconnect', () => ask('supervisorGone'));
    // The supervisor may have ended while this process was still loading.
    if (!process.connected) ask('supervisorGone');
  });
}

/** A process that is asked to stop is gone after this long, whatever still hangs. */
const STOP_MS_MAX = 1500;

/** Ends the process if stopping takes too long, so that nothing can keep it. */
export function exitUnlessStopped(exitCode: number): void {
  setTimeout(() => process.exit(exitCode), STOP_MS_MAX).unref();
}
