import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ROOT } from '../support/paths.ts';

/** The packages that are measured beside ours have a package of their own, with its lock: nobody else needs them. */
const FOLDER = join(ROOT, 'bench', 'peers');
const MANIFEST = join(FOLDER, 'package.json');
const INSTALL_WITHIN_MS = 600_000;

/** @throws {Error} when it is not installed */
export function loadPackage(name: string): unknown {
  return createRequire(MANIFEST)(name) as unknown;
}

/** The version that is installed, or undefined. */
export function versionOf(name: string): string | undefined {
  const path = join(FOLDER, 'node_modules', name, 'package.json');
  if (!existsSync(path)) return undefined;
  return (JSON.parse(readFileSync(path, 'utf8')) as { readonly version: string }).version;
}

/**
 * Installs them from the registry.
 * @throws {Error} with the end of what npm said
 */
export async function installPackages(): Promise<void> {
  console.error('installing what is measured beside Whitewater: npm --prefix bench/peers ci');
  try {
    await promisify(execFile)('npm', ['--prefix', FOLDER, 'ci', '--no-audit', '--no-fund'], {
      cwd: FOLDER,
      timeout: INSTALL_WITHIN_MS,
      // The package zeromq is built against Debian's library; it would fetch its sources otherwise.
      env: { ...process.env, npm_config_zmq_external: 'true' },
    });
  } catch (error) {
    const { stderr = '' } = error as { readonly stderr?: string };
    throw new Error(`npm --prefix bench/peers ci failed: ${stderr.trim().split('\n').slice(-5).join('\n')}`, {
      cause: error,
    });
  }
}
