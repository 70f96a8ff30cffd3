// Reads scenarios/tours/*.yaml and writes them beside the page. Usage: node scripts/build-tours.js [DIST]
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { DIST, ROOT } from './sources.js';

const SOURCE = join(ROOT, 'scenarios/tours');
/** From the easiest to the hardest; one that does not stand here comes last. */
const ORDER = ['election', 'split-vote', 'partition', 'stale-leader', 'figure-8'];

/** @param {string} dist where the compiled reader is, and the page */
export async function buildTours(dist) {
  const { readTour } = /** @type {typeof import('../cli/scenario/readTour.ts')} */ (
    await import(pathToFileURL(join(dist, 'cli/scenario/readTour.js')).href)
  );
  const place = (/** @type {string} */ name) => (ORDER.includes(name) ? ORDER.indexOf(name) : ORDER.length);
  const names = readdirSync(SOURCE)
    .filter((name) => name.endsWith('.yaml'))
    .map((name) => name.slice(0, -'.yaml'.length))
    .sort((one, other) => place(one) - place(other));
  const tours = names.map((name) => {
    const file = join(SOURCE, `${name}.yaml`);
    return readTour(readFileSync(file, 'utf8'), file);
  });
  writeFileSync(join(dist, 'server/dashboard/tours.json'), JSON.stringify(tours));
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await buildTours(process.argv[2] ?? DIST);
