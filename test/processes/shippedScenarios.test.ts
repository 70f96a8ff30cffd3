import t from 'tap';
import { runShipped } from '../support/runShipped.ts';

/** These have a test of their own, in scenarios.test.ts; the shapes too, in shippedShapes.test.ts. */
const ELSEWHERE = ['figure-8.yaml', 'stale-leader.yaml'];

/** They take two minutes of waiting: `npm run test:many` runs them, and whoever sets this. */
const skip = process.env['WHITEWATER_ALL_SCENARIOS'] === '1' ? false : 'set WHITEWATER_ALL_SCENARIOS=1 to run them';

t.test('each scenario that ships passes', { skip }, async (t) => {
  const files = await runShipped(t, (file) => !file.startsWith('shape-') && !ELSEWHERE.includes(file));
  t.ok(files.length >= 4, files.join(', '));
});
