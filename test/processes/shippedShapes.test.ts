import t from 'tap';
import { runShipped } from '../support/runShipped.ts';

/** They take two minutes of waiting: `npm run test:many` runs them, and whoever sets this. */
const skip = process.env['WHITEWATER_ALL_SCENARIOS'] === '1' ? false : 'set WHITEWATER_ALL_SCENARIOS=1 to run them';

t.test("each scenario of a partition's shape passes", { skip }, async (t) => {
  const files = await runShipped(t, (file) => file.startsWith('shape-'));
  t.ok(files.length >= 7, files.join(', '));
});
