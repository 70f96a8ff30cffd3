// Runs before `npm start` and `npm test`: a few milliseconds when dist/ is what the sources say, a build otherwise.
import { build, explain, isFresh } from './build.js';

if (!isFresh()) {
  const startedMs = performance.now();
  try {
    await build({ check: false, force: false });
    console.log(`built dist/ in ${((performance.now() - startedMs) / 1000).toFixed(1)} s`);
  } catch (error) {
    explain(error);
  }
}
