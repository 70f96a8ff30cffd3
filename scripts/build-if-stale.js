// Runs before all that needs dist/: a few milliseconds when dist/ is what the sources say, a build otherwise.
import { pathToFileURL } from 'node:url';
import { build, explain, isFresh } from './build.js';

/** @returns whether dist/ is what the sources say; what is wrong has been told */
export async function buildIfStale() {
  if (isFresh()) return true;
  const startedMs = performance.now();
  try {
    await build({ check: false, force: false });
    console.log(`built dist/ in ${((performance.now() - startedMs) / 1000).toFixed(1)} s`);
    return true;
  } catch (error) {
    explain(error);
    return false;
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await buildIfStale();
