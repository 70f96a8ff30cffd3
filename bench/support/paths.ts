import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The project's root, whether this runs from dist/ or from its source. */
export const ROOT = findRoot(dirname(fileURLToPath(import.meta.url)));
export const RESULTS = join(ROOT, 'bench', 'results');
export const IMAGES = join(ROOT, 'docs', 'images');
export const DOCUMENT = join(ROOT, 'docs', 'BENCHMARKS.md');

function findRoot(folder: string): string {
  if (existsSync(join(folder, 'package.json'))) return folder;
  const parent = dirname(folder);
  if (parent === folder) throw new Error('the bench does not lie in the project: no package.json above it');
  return findRoot(parent);
}
