import { isSupervised } from './supervised.ts';

export type StopReason = 'SIGINT' | 'SIGTERM' | 'SIGHUP' | 'supervisorGone';

/**
 * Resolves when this process is asked to stop. A supervised process stops when its supervisor does: on SIGTERM, and when
 * the channel between them closes, which happens however the supervisor ends. Signals from the keyboard reach the whole
 * group of processes, so it leaves those to its supervisor.
 *
 * @param onAgain called at each further signal: somebody does not want to wait
 */
export function stopRequested(onAgain: () => void = () => undefined): Promise<StopReason> {
  return new Promise((resolve) => {
    let asked = false;
    const ask = (reason: StopReason): void => {
      if (asked) onAgain();
      asked = true;
      resolve(reason);
    };
    const supervised = isSupervised();
    for (const signal of ['SIGINT', 'SIGHUP'] as const) {
      process.on(signal, () => {
        if (!supervised) ask(signal);
      });
    }
    process.on('SIGTERM', () => ask('SIGTERM'));
    if (supervised) {
      process.on('disconnect', () => ask('supervisorGone'));
      // The supervisor may have ended while this process was still loading.
      if (!process.connected) ask('supervisorGone');
    }
  });
}

/** A process that is asked to stop is gone after this long, whatever still hangs. */
const STOP_MS_MAX = 1500;

/** Ends the process if stopping takes too long, so that nothing can keep it. */
export function exitUnlessStopped(exitCode: number): void {
  setTimeout(() => process.exit(exitCode), STOP_MS_MAX).unref();
}
