// Sends 100,000 malformed, truncated, oversized and forged frames and upgrade requests to a relay that carries a running
// cluster. Usage: npm run fuzz [-- SEED]
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { ROOT } from './sources.js';

const [seed = '1'] = process.argv.slice(2);
const env = { ...process.env, WHITEWATER_FUZZ_INPUTS: '100000', WHITEWATER_FUZZ_SEED: seed };
const words = [join(ROOT, 'scripts/test.js'), 'processes/fuzz', '--timeout=7200'];
process.exitCode = spawnSync(process.execPath, words, { cwd: ROOT, stdio: 'inherit', env }).status ?? 1;
