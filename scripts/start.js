// `npm start`: builds dist/ if the sources say otherwise, and becomes `whitewater up`. In one process: a second one would be waited for.
import { pathToFileURL } from 'node:url';
import { buildIfStale } from './build-if-stale.js';
import { MAIN } from './sources.js';

if (await buildIfStale()) {
  process.argv = [process.execPath, MAIN, 'up', ...process.argv.slice(2)];
  await import(pathToFileURL(MAIN).href);
}
