import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { errorText } from '../../cli/report.ts';
import type { WhitewaterError } from '../../shared/errors.ts';
import { ROOT } from '../support/root.ts';
import { blocksOf } from '../support/userProject.ts';
import { CONDITION_FORMS } from '../../client/scenario/parseCondition.ts';
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
  const files = readdirSync(FOLDER, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.yaml'));
  t.ok(files.length >= 18, `${files.length} scenarios`);
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
    ['  - dance: 1', /^USAGE 2 s\.yaml:\d+:\d+: steps\[0\]: "dance" is unknown; legal: say, at, do, wait, until/],
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
    ['  - do: { partition: halfs }', /do\.partition: halfs is neither a peer nor a shape \(did you mean halves\?\)$/],
    ['  - do: { partition: majority-minorty }', /neither a peer nor a shape \(did you mean majority-minority\?\)$/],
    ['  - do: { partition: "all|p1" }', /do\.partition: all are in one group, and leave nobody for p1$/],
    ['  - do: { kill: http }', /do\.kill: http is the relay's client, and no peer/],
    ['  - do: { disconnect: http }', /do\.disconnect: http is the relay's client/],
    ['  - do: { transfer: "p1,p2" }', /do\.transfer: give one peer/],
    ['  - do: { member: { remove: [p1, p2] } }', /remove: give one peer/],
    ['  - do: { rule: { name: 1x, from: p1, to: p2, drop: 1 } }', /"1x" is not a name: .*beginning with a letter/],
    ['  - do: { profile: { name: wan, regions: { mars: [p1] } } }', /regions: .*mars.* is no region that is known/],
    ['  - do: { profile: { name: wan, regions: { eu: [p1], us: [p1] } } }', /p1 a second time|no region/],
    ['  - do: { partition: "p1,p2|p2,p3" }', /do\.partition: p2 stands there twice; legal: each endpoint in one group/],
    ['  - do: { partition: [[p1, rest], [rest]] }', /do\.partition: rest stands there twice/],
    [
      '  - do: { partition: { cuts: [[p1, p2], [p3, p3]] } }',
      /partition\.cuts\[1\]: p3 is cut from itself; legal: two/,
    ],
    [
      '  - do: { partition: { shape: ring, step: 1s } }',
      /do\.partition: ring has no steps; legal is step with swizzle/,
    ],
    ['  - do: { partition: { groups: [p1], step: 1s } }', /do\.partition: step belongs to a shape/],
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
  t.match(refusal('  - do: { partition: ring }', 'peers: 2'), /do\.partition: ring needs 3 peers; .* are p1, p2$/);
  for (const peers of [
    '.inf',
    '-.inf',
    '.nan',
    '3.5',
    '-1',
    'true',
    'null',
    '2026-01-01',
    '""',
    '{ a: 1 }',
    '[3.5]',
    '[]',
  ]) {
    t.match(refusal(good, `peers: ${peers}`), /^USAGE 2 s\.yaml:1:\d+: peers/, peers);
  }
  for (const peers of ['leader', 'p1,all', '[p1, http]', '[rest]', 'p1,followers', 'p1,candidate']) {
    t.match(refusal('  - wait: 1ms', `peers: ${peers}`), /peers: a peer cannot be called \w+, which is a word/, peers);
  }
  t.match(refusal('  - wait: 1ms', 'peers: [a, b, a]'), /peers: a stands there twice/);
  for (const peers of ['3', '"3"', 'a,b', 'p1', '[a, "1"]', '1,2', '_']) {
    t.equal(refusal('  - wait: 1ms', `peers: ${peers}`), 'it was read', peers);
  }
  t.match(refusal(good, 'peers: 12'), /peers: 12 is not a number of peers/);
  t.match(refusal(good, 'peers: 3\npreset: slow'), /preset: "slow" is not a preset: choose one of default/);
  t.match(refusal(good, 'peers: 3\ncolour: red'), /"colour" is unknown; legal: name, about, peers/);
  t.match(refusal(good, 'name: x'), /peers is missing/);
  t.match(refusal(good), /^it was read$/);
  const bomb = `a: &a [1]\n${'b: [*a]\n'.repeat(1)}c: [${'*a, '.repeat(200)}1]`;
  t.match(refusal(good, bomb), /not YAML/);
  t.match(refusal('  - &a { repeat: 2, steps: [*a] }'), /s\.yaml: an alias \(\*\) stands within what it stands for/);
  for (const depth of [101, 3000, 100_000]) {
    const deep = `${'['.repeat(depth)}${']'.repeat(depth)}`;
    t.match(refusal(good, `about: ${deep}`), /s\.yaml: it is nested too deeply; 100 lists/, `${depth} deep`);
  }
  t.throws(() => readScenario(join(ROOT, 'none.yaml')), { code: 'USAGE', message: /cannot be read/ });
  t.throws(() => readScenario(FOLDER), { code: 'USAGE', message: /not a regular file/ });
});

/** What a command would print for a scenario of this text. */
function printed(text: string): string[] {
  return errorText(errorOf(text)).trimEnd().split('\n');
}

function errorOf(text: string): WhitewaterError {
  try {
    parseScenario(text, 's.yaml');
  } catch (error) {
    return error as WhitewaterError;
  }
  throw new Error('it was read');
}

t.test('several mistakes are told at once, in order of place, each with what is legal there', async (t) => {
  const text = `peers: 3
timeout: 90
profile: slow
colour: red
steps:
  - unti: leader
  - do:
      - { explode: p1 }
      - put: { key: x, value: 1, fails: NEVER, timeout: 5 }
      - rule: { name: bad name, from: p7, to: p8, delay: 50, drop: 2, every: 0 }
    until: [leader among p9, term > many]
  - expect: leader within 5s
    wait: 500
  - repeat: 0
    steps:
      - kill: p1
      - do: { get: { key: a, raed: stale } }
`;
  const [head, ...lines] = printed(text);
  t.equal(head, 'whitewater: USAGE: s.yaml: 20 mistakes; nothing was started');
  const expected = [
    /^ {2}s\.yaml:2:10: timeout: "90" has no unit: write 90ms or 90s$/,
    /^ {2}s\.yaml:3:10: profile: there is no profile "slow"; legal: reliable, /,
    /^ {2}s\.yaml:4:1: "colour" is unknown; legal: name, about, peers/,
    /^ {2}s\.yaml:6:5: steps\[0\]: "unti" is unknown; did you mean until\? legal: say, /,
    /^ {2}s\.yaml:8:11: steps\[1\]\.do\[0\]: "explode" is unknown; .*legal: heal, partition/,
    /^ {2}s\.yaml:9:41: steps\[1\]\.do\[1\]\.put\.fails: "NEVER" is no error's code/,
    /^ {2}s\.yaml:9:57: steps\[1\]\.do\[1\]\.put\.timeout: "5" has no unit/,
    /^ {2}s\.yaml:10:23: steps\[1\]\.do\[2\]\.rule\.name: "bad name" is not a name/,
    /^ {2}s\.yaml:10:39: steps\[1\]\.do\[2\]\.rule\.from: p7 is no peer of this scenario; its peers are p1, p2, p3$/,
    /^ {2}s\.yaml:10:47: steps\[1\]\.do\[2\]\.rule\.to: p8 is no peer/,
    /^ {2}s\.yaml:10:58: steps\[1\]\.do\[2\]\.rule\.delay: "50" has no unit/,
    /^ {2}s\.yaml:10:68: steps\[1\]\.do\[2\]\.rule\.drop: 2; legal is a number from 0/,
    /^ {2}s\.yaml:10:78: steps\[1\]\.do\[2\]\.rule\.every: 0; legal is a whole number from 1/,
    /^ {2}s\.yaml:11:13: steps\[1\]\.until\[0\]: p9 is no peer/,
    /^ {2}s\.yaml:11:30: steps\[1\]\.until\[1\]: "many" is neither a whole number/,
    /^ {2}s\.yaml:12:13: steps\[2\]\.expect: what is expected is expected now/,
    /^ {2}s\.yaml:13:11: steps\[2\]\.wait: "500" has no unit/,
    /^ {2}s\.yaml:14:13: steps\[3\]\.repeat: 0 is not a whole number from 1 to 1000$/,
    /^ {2}s\.yaml:16:9: steps\[3\]\.steps\[0\]: "kill" is unknown/,
    /^ {2}s\.yaml:17:30: steps\[3\]\.steps\[1\]\.do\.get: "raed" is unknown; did you mean read\?/,
  ];
  t.equal(lines.length, expected.length);
  expected.forEach((line, at) => t.match(lines[at], line));
  t.match(errorOf(text), { code: 'USAGE', exitCode: 2, details: { more: 0 } });
});

t.test('what only follows from another mistake is not told', async (t) => {
  t.match(
    refusal('  - remmeber: { old: leader }\n  - until: leader is not $old'),
    /: steps\[0\]: "remmeber" is unknown/,
  );
  t.match(
    refusal('  - do: { puut: { key: a, as: w } }\n  - until: $w succeeded'),
    /do: "puut" is unknown; did you mean put/,
  );
  t.match(refusal('  - remember: { old: p9 }\n  - until: leader is $old'), /remember\.old: p9 is no peer/);
  t.match(refusal('  - do: { kill: z1 }', 'peers: 0'), /^USAGE 2 s\.yaml:\d+:\d+: peers: 0 is not a number of peers/);
  t.match(
    refusal('  - do: { put: { kye: a, value: 1 } }'),
    /^USAGE 2 s\.yaml:\d+:\d+: steps\[0\]\.do\.put: "kye" is unknown/,
  );
  t.match(refusal('  - wait: 1ms', 'perrs: 3'), /^USAGE 2 s\.yaml:1:1: "perrs" is unknown; did you mean peers\?/);
  const twice = printed('peers: 3\nsteps:\n  - until: &a [leader among p9]\n  - until: *a\n  - until: term > $n\n');
  t.match(twice, [
    /s\.yaml: 2 mistakes/,
    /^ {2}s\.yaml:3:16: steps\[0\]\.until\[0\]: p9/,
    /^ {2}s\.yaml:5:12: .*\$n is not known/,
  ]);
});

t.test('of many mistakes the first are told, and how many more there are', async (t) => {
  const text = (steps: number): string => `peers: 1\nsteps:\n${'  - wait: 5\n'.repeat(steps)}`;
  const lines = printed(text(23));
  t.equal(lines.length, 22);
  t.match(
    [lines[0], lines[20], lines[21]],
    [/s\.yaml: 23 mistakes/, /^ {2}s\.yaml:22:11: steps\[19\]\.wait/, /^ {2}and 3 more$/],
  );
  const many = errorOf(text(5_000));
  t.match(many, { message: /^s\.yaml: 5000 mistakes/, details: { more: 4_980 } });
  t.equal((many.details as { mistakes: unknown[] }).mistakes.length, 20);
  const steering = printed('peers: 1\n"\\e[31m\\nred": 1\nsteps: 1\n');
  t.equal(steering.length, 3, 'a name with a line feed takes one line');
  t.notMatch(steering.join(''), '\u001b');
});

t.test('delays by a file of samples, which lies beside the scenario', async (t) => {
  const folder = t.testdir({ 'pings.txt': '12\n15.5\n', 'bad.txt': '12\nsoon\n' });
  const steps = (file: string): string =>
    `peers: 3\nsteps:\n  - do: { rule: { name: x, from: p1, to: p2, duplicate: { probability: 1, delay: { samplesFile: ${file} } } } }\n`;
  t.equal(parseScenario(steps('pings.txt'), join(folder, 's.yaml')).steps.length, 1);
  t.throws(() => parseScenario(steps('bad.txt'), join(folder, 's.yaml')), {
    code: 'USAGE',
    message: /s\.yaml:[\d:]* .*rule\.duplicate.*bad\.txt:2: "soon" is no sample/,
  });
  t.throws(() => parseScenario(steps('none.txt'), join(folder, 's.yaml')), { message: /none\.txt cannot be read/ });
});
