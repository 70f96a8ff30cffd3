/**
 * Real processes, disks and sockets under faults: `npm run torture -- --minutes 10 --seed S`. Exit code 0 when nothing was wrong, 1 when
 * something was or could not be told, 2 for wrong words, 130 after Ctrl-C. See docs/TESTING.md.
 */
import { stopRequested } from '../cli/process/shutdown.ts';
import { WhitewaterError } from '../shared/errors.ts';
import { readOptions, USAGE } from './options.ts';
import { runTorture } from './runTorture.ts';

const USAGE_EXIT_CODE = 2;
const INTERRUPTED = 130;

if (process.argv.includes('--help')) {
  process.stdout.write(USAGE);
} else {
  try {
    const options = readOptions(process.argv.slice(2));
    const interrupted = new AbortController();
    void stopRequested(() => process.exit(INTERRUPTED)).then(() => interrupted.abort());
    const exitCode = await runTorture(options, interrupted.signal);
    process.exitCode = exitCode === 0 && interrupted.signal.aborted ? INTERRUPTED : exitCode;
  } catch (error) {
    if (!(error instanceof WhitewaterError) || error.code !== 'USAGE') throw error;
    process.stderr.write(`${error.message}\n`);
    process.exitCode = USAGE_EXIT_CODE;
  }
  // What was given up may still hold a socket or a timer.
  process.exit();
}
