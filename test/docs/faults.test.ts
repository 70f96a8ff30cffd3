import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { parseDelay } from '../../shared/delay.ts';
import { PROFILES } from '../../shared/http/Network.ts';
import { PARTITION_SHAPES } from '../../shared/http/Partition.ts';
import { FAULTS, SELECTOR_WORDS } from '../../shared/http/Rule.ts';
import { TestRelay } from '../server/support/relay.ts';
import { ROOT } from '../support/root.ts';

const text = readFileSync(join(ROOT, 'docs/FAULTS.md'), 'utf8');

t.test('every example of FAULTS.md is taken by a relay', async (t) => {
  const examples = [...text.matchAll(/^`PUT ([a-z/-]+)`\n\n```json\n(.*?)^```/gms)];
  t.ok(examples.length >= 8);
  const relay = await TestRelay.start(t);
  for (const id of ['p1', 'p2', 'p3', 'p4', 'p5']) await relay.dial(id);
  for (const [, path = '', body = ''] of examples) {
    const answer = await relay.request('PUT', `/api/clusters/demo/${path}`, body);
    t.equal(answer.status, 200, `${path}: ${answer.text}`);
  }
});

t.test('FAULTS.md names every fault, word, shape and profile, and no others', async (t) => {
  const firstCells = (heading: string): string[] => {
    const section = text.split(`\n${heading}\n`)[1]?.split(/\n##? /)[0] ?? '';
    return [...section.matchAll(/^\| (`[^|]*`) +\|/gm)].flatMap(([, cell = '']) =>
      [...cell.matchAll(/`([^`]*)`/g)].map(([, word = '']) => word),
    );
  };
  t.same(firstCells('### What it can do').slice(0, FAULTS.length).sort(), [...FAULTS].sort());
  t.same(firstCells('## Partitions').sort(), [...PARTITION_SHAPES].sort());
  t.same(firstCells('## Profiles').sort(), [...PROFILES].sort());
  for (const word of SELECTOR_WORDS) t.match(text, `\`${word}\``);
});

t.test('every delay that FAULTS.md shows is one', async (t) => {
  const section = text.split('### Delays\n')[1]?.split('\n### ')[0] ?? '';
  const delays = [...section.matchAll(/^\| `([^`]*)`/gm)].map(([, delay = '']) => delay);
  t.ok(delays.length >= 8);
  for (const delay of delays) {
    const parsed = parseDelay(delay.startsWith('{') ? (JSON.parse(delay) as unknown) : delay);
    t.not(parsed.type, 'problem', delay);
  }
});
