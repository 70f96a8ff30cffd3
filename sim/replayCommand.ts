import { FAULTS_MS } from './faultsMs.ts';
import type { SeedOptions } from './runSeed.ts';

/** The command line that runs exactly this again. */
export function replayCommand({ seed, faults, faultsMs, clients }: SeedOptions): string {
  const words = ['npx', 'whitewater', 'sim', '--seed', String(seed)];
  if (faults !== undefined) words.push('--faults', faults.length === 0 ? 'none' : faults.join(','));
  if (faultsMs !== FAULTS_MS) words.push('--for', `${faultsMs}ms`);
  if (clients !== undefined) words.push('--clients', String(clients));
  return words.join(' ');
}
