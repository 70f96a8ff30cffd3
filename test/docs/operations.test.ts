import { join } from 'node:path';
import { readFileSync } from 'node:fs';
import t from 'tap';
import { buildRelay } from '../../server/app.ts';
import { RELAY_DEFAULTS } from '../../server/options.ts';
import { TRACE_TOPICS } from '../../shared/trace.ts';
import { ROOT } from '../support/root.ts';

const text = readFileSync(join(ROOT, 'docs/OPERATIONS.md'), 'utf8');

t.test('OPERATIONS.md lists the metrics that a relay has, and no others', async (t) => {
  const relay = buildRelay();
  t.teardown(() => relay.close());
  const { body } = await relay.inject('/metrics');
  const held = [...body.matchAll(/^# HELP (whitewater_\w+) /gm)].map(([, name]) => name);
  const documented = [...text.matchAll(/^\| `(whitewater_\w+)` +\|/gm)].map(([, name]) => name);
  t.same(documented.sort(), held.sort());
});

t.test("OPERATIONS.md tells every bound of the relay's options with its default", async (t) => {
  const documented = new Map(
    [...text.matchAll(/^\| relay: `(\w+)`.*? \| (\d+) /gm)].map(([, name, value]) => [name, value]),
  );
  const { port: _port, ...defaults } = RELAY_DEFAULTS;
  const held = Object.entries(defaults).flatMap(([name, value]) =>
    typeof value === 'number' ? [[name, value.toFixed()] as const] : [],
  );
  t.same(Object.fromEntries(documented), Object.fromEntries(held));
});

t.test('OPERATIONS.md names every topic of the trace', async (t) => {
  const line = /^Topics: (.*)$/m.exec(text)?.[1] ?? '';
  for (const topic of TRACE_TOPICS) t.match(line, `\`${topic}\``);
});
