import t from 'tap';
import { runShipped } from '../support/runShipped.ts';

t.test("each scenario of a partition's shape passes", async (t) => {
  const files = await runShipped(t, (file) => file.startsWith('shape-'));
  t.ok(files.length >= 7, files.join(', '));
});
