import t from 'tap';
import { runShipped } from '../support/runShipped.ts';

/** These have a test of their own, in scenarios.test.ts; the shapes too, in shippedShapes.test.ts. */
const ELSEWHERE = ['figure-8.yaml', 'stale-leader.yaml'];

t.test('each scenario that ships passes', async (t) => {
  const files = await runShipped(t, (file) => !file.startsWith('shape-') && !ELSEWHERE.includes(file));
  t.ok(files.length >= 4, files.join(', '));
});
