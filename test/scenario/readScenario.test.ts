import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { ROOT } from '../support/root.ts';
import { blocksOf } from '../support/userProject.ts';
import { CONDITION_FORMS } from '../../cli/scenario/readCondition.ts';
import {
  ACTION_NAMES,
  parseScenario,
  readScenario,
  SCENARIO_FIELDS,
  STEP_FIELDS,
} from '../../cli/scenario/readScenario.ts';

const page = readFileSync(join(ROOT, 'docs/SCENARIOS.md'), 'utf8');
const FOLDER = join(ROOT, 'scenarios');

t.test('every scenario that ships can be read, and stands in SCENARIOS.md', async (t) => {
  const files = readdirSync(FOLDER);
  t.ok(files.length >= 13, `${files.length} scenarios`);
  for (const file of files) {
    const { steps, about } = readScenario(join(FOLDER, file));
    t.ok(steps.length > 0 && about.length > 20, file);
    t.ok(page.includes(`\`${file}\``), `${file} is documented`);
  }
});

t.test('SCENARIOS.md has every field, action and condition, and its examples can be read', async (t) => {
  const examples = blocksOf(page).filter(({ language }) => language === 'yaml');
  t.ok(examples.length > 0);
  for (const { lines } of examples) t.ok(parseScenario(lines.join('\n'), 'example').steps.length > 0);
  for (const name of [...SCENARIO_FIELDS, ...STEP_FIELDS, ...ACTION_NAMES]) t.ok(page.includes(`\`${name}\``), name);
  const told = page.replaceAll('\\|', '|');
  for (const form of CONDITION_FORMS) t.ok(told.includes(form), form);
});

t.test('JSON is as good as YAML', async (t) => {
  const scenario = parseScenario('{"peers": ["a", "b"], "steps": [{"at": "2s", "do": "heal"}]}', 'x.json');
  t.match(scenario, { name: 'x', peers: ['a', 'b'], steps: [{ atMs: 2000, actions: [{ text: 'heal' }] }] });
});

/** What is wrong with a scenario of these steps. */
function refusal(steps: string, head = 'peers: 3'): string {
  try {
    parseScenario(`${head}\nsteps:\n${steps}`, 's.yaml');
  } catch (error) {
    const { code, message, exitCode } = error as { code: string; message: string; exitCode: number };
    return `${code} ${exitCode} ${message}`;
  }
  return 'it was read';
}

t.test('what is wrong is refused with its place and what is legal there', async (t) => {
  const good = '  - until: leader within 5s\n    remember: { old: leader }\n';
  const wrong: [steps: string, expected: RegExp][] = [
    ['  - dance: 1', /^USAGE 2 s\.yaml: steps\[0\]: "dance" is unknown; legal: say, at, do, wait, until/],
    ['  - unti: leader', /steps\[0\]: "unti" is unknown; did you mean until\?/],
    [
      `${good}  - do: { rule: { name: a, from: p1, to: p2, delay: 50..200 } }`,
      /steps\[1\]\.do\.rule\.delay: "50\.\.200" has no unit: write 50\.\.200ms/,
    ],
    ['  - do: { rule: { name: a, from: p1, to: p2, delay: 50 } }', /steps\[0\]\.do\.rule\.delay/],
    [
      '  - do: { rule: { name: a, from: p1, to: p2, drop: 1.5 } }',
      /steps\[0\]\.do\.rule\.drop: 1\.5; legal is a number from 0/,
    ],
    ['  - do: { rule: { name: a, from: p1, to: p2 } }', /steps\[0\]\.do\.rule: a rule without any fault/],
    ['  - do: { rules: { a: { from: p1, drop: 1 } } }', /steps\[0\]\.do\.rules\.a: to is missing/],
    [
      '  - do: { rules: { a: { from: p1, to: p9, drop: 1 } } }',
      /rules\.a\.to: p9 is no peer of this scenario; its peers are p1, p2, p3/,
    ],
    ['  - do: { partition: star }', /steps\[0\]\.do\.partition: star is no peer/],
    ['  - do: { partition: "isolate:" }', /partition: "isolate:" is not a shape; legal: halves/],
    ['  - do: { profile: slow }', /do\.profile: there is no profile "slow"; legal: reliable, labrpc-unreliable/],
    ['  - do: [heal, { heel: 1 }]', /steps\[0\]\.do\[1\]: "heel" is unknown; did you mean heal\?/],
    ['  - do: { kill: p1, start: p1 }', /give one action/],
    ['  - do: { put: { key: x, value: 1, fails: NEVER } }', /do\.put\.fails: "NEVER" is no error's code/],
    ['  - do: { put: { key: x, value: 1, background: true } }', /do\.put: as is missing/],
    ['  - do: { disconnect: { peer: p1, for: 2 } }', /disconnect\.for: "2" has no unit: write 2ms or 2s/],
    ['  - until: leader among $old', /until: \$old is not known; no step before this one remembers anything/],
    [`${good}  - until: leader among $odl`, /until: \$odl is not known; known here: \$old/],
    ['  - until: lead within 5s', /until: "lead within 5s" is no condition; legal: leader \[among WHO\]/],
    ['  - until: [leader, term > many]', /until\[1\]: "many" is neither a whole number/],
    ['  - expect: leader within 5s', /expect: what is expected is expected now/],
    ['  - wait: 500', /wait: "500" has no unit/],
    ['  - repeat: 0\n    steps: [{ wait: 1ms }]', /repeat: 0 is not a whole number from 1 to 1000/],
    ['  - repeat: 2\n    do: heal\n    steps: [{ wait: 1ms }]', /does nothing else/],
    ['  - at: 1s', /the step does nothing/],
    ['  - {', /s\.yaml:\d+:\d+: this is not YAML/],
    ['  - wait: 1ms\n    wait: 2ms', /s\.yaml:\d+:\d+: this is not YAML: .*unique/],
    ['  []', /steps: there is no step/],
  ];
  for (const [steps, expected] of wrong) t.match(refusal(steps), expected, steps);
  t.match(refusal(good, 'peers: 12'), /peers: 12 is not a number of peers/);
  t.match(refusal(good, 'peers: 3\npreset: slow'), /preset: "slow" is not a preset: choose one of default/);
  t.match(refusal(good, 'peers: 3\ncolour: red'), /"colour" is unknown; legal: name, about, peers/);
  t.match(refusal(good, 'name: x'), /peers is missing/);
  t.match(refusal(good), /^it was read$/);
  const bomb = `a: &a [1]\n${'b: [*a]\n'.repeat(1)}c: [${'*a, '.repeat(200)}1]`;
  t.match(refusal(good, bomb), /not YAML/);
  t.throws(() => readScenario(join(ROOT, 'none.yaml')), { code: 'USAGE', message: /cannot be read/ });
  t.throws(() => readScenario(FOLDER), { code: 'USAGE', message: /not a regular file/ });
});
