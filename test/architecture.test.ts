import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { ERRORS } from '../shared/errors.ts';
import { MESSAGES } from '../shared/protocol.ts';
import { IMPORT_TABLE, importFindings, specifierFindings } from './support/architecture/importTable.ts';
import { cyclesOf, importsOf } from './support/architecture/imports.ts';
import { listFiles, parseSources, readSourceTree } from './support/architecture/sourceTree.ts';
import { styleFindings } from './support/architecture/style.ts';
import { ROOT } from './support/root.ts';

const tree = readSourceTree();
const imports = importsOf(tree);
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

t.test('every import stands in the table', async (t) => {
  t.ok(tree.size > 50, `${tree.size} files were read`);
  t.ok(imports.length > 200, `${imports.length} imports were read`);
  t.same(importFindings(imports), []);
});

t.test('the table is the one of docs/ARCHITECTURE.md', async (t) => {
  const section = /## Who may know whom\n([^]*?)\n## /.exec(read('docs/ARCHITECTURE.md'))?.[1] ?? '';
  const documented: Record<string, string> = {};
  for (const [, folders = '', says = ''] of section.matchAll(/^\| (`.*?) +\| (.*?) +\|$/gm)) {
    for (const folder of folders.replaceAll('`', '').split(', ')) documented[folder] = says;
  }
  const held = Object.entries(IMPORT_TABLE).flatMap(([folder, { says }]) =>
    says === undefined ? [] : [[folder, says]],
  );
  t.same(documented, Object.fromEntries(held));
});

t.test('relative imports name a file, whole; no file imports an entry point', async (t) => {
  const files = new Set([
    ...tree.keys(),
    ...[...tree.keys()].map((path) => path.split('/')[0] ?? '').flatMap(listFiles),
  ]);
  t.same(specifierFindings(imports, files), []);
});

t.test('the entry points are those of package.json', async (t) => {
  const { exports } = JSON.parse(read('package.json')) as { exports: Record<string, { types?: string }> };
  const sources = Object.values(exports).flatMap(
    ({ types }) => types?.replace(/^\.\/dist\/(.*)\.d\.ts$/, '$1.ts') ?? [],
  );
  const indexes = [...tree.keys()].filter((path) => /(?:^|\/)index\.(?:ts|tsx|js)$/.test(path));
  t.same(indexes.sort(), sources.sort());
});

t.test('no two files need each other to start', async (t) => {
  // Roles turn into each other, so their files do; they are functions only, and nothing of them runs at the start.
  const outsideRoles = cyclesOf(imports).filter(
    (cycle) => !cycle.split(' -> ').every((path) => path.startsWith('peer/raft/')),
  );
  t.same(outsideRoles, []);
});

t.test('the house rules hold', async (t) => {
  t.same(styleFindings(tree), []);
});

t.test('one message, one file', async (t) => {
  for (const message of Object.keys(MESSAGES)) t.ok(existsSync(join(ROOT, `shared/messages/${message}.ts`)), message);
});

t.test('every error is documented, and used', async (t) => {
  const docs = listFiles('docs')
    .filter((path) => path.endsWith('.md'))
    .map(read)
    .join('\n');
  const sources = [...tree.values()]
    .filter(({ fileName }) => !/^(?:shared|test|scripts)\//.test(fileName))
    .map(({ text }) => text)
    .join('\n');
  const decoding = read('shared/envelope.ts') + read('shared/validate.ts');
  const codes = Object.keys(ERRORS);
  const isUsed = (code: string): boolean => `${sources}${decoding}`.includes(`'${code}'`);
  t.same(
    codes.filter((code) => !docs.includes(`\`${code}\``)),
    [],
    'described in docs/',
  );
  t.same(
    codes.filter((code) => !isUsed(code)),
    [],
    'named by some program',
  );
});

t.test('these checks see what they are for', async (t) => {
  const planted = (path: string, text: string) => {
    const one = parseSources([[path, text]]);
    const found = importsOf(one);
    return [...importFindings(found), ...specifierFindings(found, new Set([path])), ...styleFindings(one)];
  };
  const violations: [path: string, text: string, finding: RegExp][] = [
    ['server/hub/Hub.ts', "import { Peer } from '../../peer/Peer.ts';", /server may not know peer/],
    ['peer/Driver.ts', "import { buildRelay } from '../server/app.ts';", /peer may not know server/],
    ['peer/Driver.ts', "export { buildRelay } from '../server/app.ts';", /peer may not know server/],
    ['peer/Driver.ts', "const app = await import('../server/app.ts');", /peer may not know server/],
    ['peer/Driver.ts', "let app: import('../server/app.ts').App;", /peer may not know server/],
    ['peer/Driver.ts', 'const app = await import(name);', /\(computed\): peer may not import this package/],
    ['peer/Driver.ts', "import { readFile } from 'node:fs';", /peer may not import this package/],
    ['peer/ports/Clock.ts', "import type { Socket } from 'node:net';", /peer may not import this package/],
    ['shared/ids.ts', "import { join } from 'node:path';", /shared may not import this package/],
    ['shared/ids.ts', "import type { Role } from '../peer/raft/state.ts';", /shared may not know peer\/raft/],
    ['sim/Network.ts', "import { Hub } from '../server/hub/Hub.ts';", /sim may not know server/],
    ['client/Client.ts', "import { main } from '../cli/main.ts';", /client may not know cli/],
    ['peer/raft/Raft.ts', "import { isId } from '../../shared/ids.ts';", /types of it, no values/],
    ['peer/raft/Raft.ts', "import { isId, type PeerId } from '../../shared/ids.ts';", /types of it, no values/],
    ['peer/raft/Raft.ts', "import type { Clock } from '../ports/Clock.ts';", /peer\/raft may not know peer/],
    ['peer/raft/Raft.ts', "import { nanoid } from 'nanoid';", /peer\/raft may not import this package/],
    ['elsewhere/a.ts', "import './b.ts';", /a folder that the table does not have/],
    ['peer/Driver.ts', "import { a } from './a';", /no such file; write its whole name/],
    ['peer/raft/Raft.ts', 'const now = Date.now();', /Date: this folder is pure/],
    ['server/faults/judge.ts', 'const luck = Math.random();', /Math\.random/],
    ['server/faults/judge.ts', 'export async function judge() {}', /waits for nothing/],
    ['peer/raft/Raft.ts', 'setTimeout(() => {}, 1);', /setTimeout: this folder is pure/],
    ['cli/main.ts', 'const x = y as any;', /`any` switches/],
    ['cli/main.ts', 'let x: any;', /`any` switches/],
    ['test/a.test.ts', 'const x = y as any;', /`any` switches/],
    ['cli/main.ts', 'export default 7;', /export by name/],
    ['cli/main.ts', 'export default function main() {}', /export by name/],
    ['cli/main.ts', 'class A { private b = 1; }', /#field/],
    ['cli/main.ts', '// TO' + 'DO later', /finish it/],
    ['cli/main.ts', '// @ts-' + 'ignore', /silenced/],
    ['cli/main.ts', 'a();\n'.repeat(501), /501 lines/],
    ['test/a.test.ts', "import { setTimeout as sleep } from 'node:timers/promises';", /waits for a condition/],
    ['test/a.test.ts', 'await new Promise((resolve) => setTimeout(resolve, 500));', /waits for a condition/],
  ];
  for (const [path, text, expected] of violations) t.match(planted(path, text).join('\n'), expected, text.slice(0, 60));

  const legal: [path: string, text: string][] = [
    ['peer/raft/Raft.ts', "import type { PeerId } from '../../shared/ids.ts';"],
    ['peer/raft/Raft.ts', "import { type PeerId } from '../../shared/ids.ts';"],
    ['peer/storage/Disk.ts', "import { open } from 'node:fs/promises';"],
    ['peer/raft/Raft.ts', 'const day = event.Date + options.random();'],
    ['test/a.test.ts', 'const late = setTimeout(() => t.fail(), 5000);'],
  ];
  for (const [path, text] of legal) {
    t.same(
      planted(path, text).filter((found) => !found.includes('no such file')),
      [],
      text,
    );
  }
  const ring = parseSources([
    ['a/a.ts', "import { b } from './b.ts';"],
    ['a/b.ts', "import { c } from './c.ts';"],
    ['a/c.ts', "import { a } from './a.ts'; import type { B } from './b.ts';"],
  ]);
  t.same(cyclesOf(importsOf(ring)), ['a/a.ts -> a/b.ts -> a/c.ts -> a/a.ts']);
});
