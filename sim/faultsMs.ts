/** How long faults strike in a run, in virtual milliseconds, unless told otherwise. */
export const FAULTS_MS = 22_000;
