import { execFile, type ExecFileOptions } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import t from 'tap';
import ts from 'typescript';
import { PROTOCOL_VERSION } from '../shared/protocol.ts';
import { VERSION } from '../shared/version.ts';
import { WITHOUT_LOADER } from './support/processes.ts';
import { ROOT } from './support/root.ts';

/**
 * The page may have 150 kB of it compressed, which is three times as much here; the command line has its own copy of the rest, and of
 * the packages that it uses.
 */
const UNPACKED_BYTES_MAX = 9_000_000;

/** Runs a command to its end, without what tap would add to its environment. */
async function run(
  command: string,
  args: readonly string[],
  options: ExecFileOptions = {},
): Promise<{ stdout: string }> {
  const words = [...WITHOUT_LOADER, command, ...args];
  const { stdout } = await promisify(execFile)('env', words, { ...options, encoding: 'utf8' });
  return { stdout };
}

interface Manifest {
  readonly version: string;
  readonly bin: { readonly whitewater: string };
  readonly exports: Readonly<Record<string, unknown>>;
  readonly dependencies: Readonly<Record<string, string>>;
}
const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as Manifest;

/** A project of somebody else, outside this tree, so that nothing is found here by accident. */
const project = mkdtempSync(join(tmpdir(), 'whitewater-package-'));
t.teardown(() => rmSync(project, { recursive: true, force: true }));
const modules = join(project, 'node_modules');
const installed = join(modules, 'whitewater');

/** npm as it is, without a word to any registry. */
const quiet = {
  ...process.env,
  npm_config_offline: 'true',
  npm_config_update_notifier: 'false',
  npm_config_yes: 'false',
};

t.before(async () => {
  await run(process.execPath, [join(ROOT, 'scripts/build-if-stale.js')]);
  const { stdout } = await run('npm', ['pack', '--ignore-scripts', '--json', '--pack-destination', project], {
    cwd: ROOT,
    env: quiet,
  });
  const [packed] = JSON.parse(stdout) as { filename: string }[];
  if (packed === undefined) throw new Error(`npm pack made nothing: ${stdout}`);
  mkdirSync(installed, { recursive: true });
  await run('tar', ['-xzf', join(project, packed.filename), '-C', installed, '--strip-components=1']);

  // What npm would install beside it: the declared dependencies, no more, and the link to the command.
  for (const name of Object.keys(manifest.dependencies)) link(join(ROOT, 'node_modules', name), join(modules, name));
  link(join(installed, manifest.bin.whitewater), join(modules, '.bin/whitewater'));
  link(join(ROOT, 'node_modules/@types/node'), join(modules, '@types/node'));
  writeFileSync(join(project, 'package.json'), JSON.stringify({ name: 'somebody', private: true, type: 'module' }));
});

function link(target: string, path: string): void {
  mkdirSync(dirname(path), { recursive: true });
  symlinkSync(target, path);
}

t.test('the package holds what runs, and nothing else', async (t) => {
  const files = readdirSync(installed, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(installed.length + 1));
  const expected = [
    'package.json',
    'README.md',
    'LICENSE',
    'CHANGELOG.md',
    'dist/cli/LICENSES.txt',
    manifest.bin.whitewater,
  ];
  const page = ['index.html', 'app.js', 'app.css'].map((name) => `dist/server/dashboard/${name}`);
  for (const path of [...expected, ...page]) t.ok(files.includes(path), path);
  const strange = files.filter((path) => !expected.includes(path) && !/^dist\/.*\.(?:js|d\.ts)$/.test(path));
  t.same(
    strange.filter(
      (path) => !path.startsWith('dist/server/dashboard/') && !/^scenarios\/(?:tours\/)?[\w-]+\.yaml$/.test(path),
    ),
    [],
    'code and types, and scenarios, only',
  );
  t.same(
    files.filter((path) => /^dist\/(?:test|bench|torture|scripts)\/|\.test\./.test(path)),
    [],
    'no tests, no benches',
  );
  const bytes = files.reduce((sum, path) => sum + statSync(join(installed, path)).size, 0);
  t.ok(bytes < UNPACKED_BYTES_MAX, `${files.length} files of ${Math.round(bytes / 1000)} kB`);
});

t.test('npx whitewater runs', async (t) => {
  const help = await run('npx', ['whitewater', '--help'], { cwd: project, env: quiet });
  for (const command of ['up', 'relay', 'peer', 'status', 'partition', 'heal']) {
    t.match(help.stdout, new RegExp(`^ +${command}\\b`, 'm'), `tells of ${command}`);
  }
  const version = await run(join(modules, '.bin/whitewater'), ['--version'], { cwd: project });
  t.match(version.stdout, manifest.version);
});

t.test('every entry point can be imported, and nothing behind them', async (t) => {
  writeFileSync(
    join(project, 'use.js'),
    `import { Peer } from 'whitewater/peer';
     import { Raft } from 'whitewater/peer/raft';
     import { buildRelay } from 'whitewater/server';
     import { Relay } from 'whitewater/server/client';
     import { PROTOCOL_VERSION, VERSION, WhitewaterError } from 'whitewater/shared';
     import manifest from 'whitewater/package.json' with { type: 'json' };
     const behind = await import('whitewater/dist/peer/Driver.js').then(() => 'open', (error) => error.code);
     const kinds = [typeof Peer.start, typeof Raft.prototype.step, typeof buildRelay, typeof Relay.start];
     const code = new WhitewaterError('INTERNAL', 'text').code;
     console.log(JSON.stringify({ kinds, PROTOCOL_VERSION, VERSION, code, version: manifest.version, behind }));`,
  );
  const { stdout } = await run(process.execPath, ['--no-warnings', 'use.js'], { cwd: project });
  t.same(JSON.parse(stdout), {
    kinds: ['function', 'function', 'function', 'function'],
    PROTOCOL_VERSION,
    VERSION,
    code: 'INTERNAL',
    version: manifest.version,
    behind: 'ERR_PACKAGE_PATH_NOT_EXPORTED',
  });
  t.equal(VERSION, manifest.version, 'shared/version.ts follows package.json');
  t.same(Object.keys(manifest.exports), [
    ...['./client', './peer', './peer/raft', './server', './server/client', './shared'],
    './package.json',
  ]);
});

t.test('the types of every entry point are there and strict', async (t) => {
  writeFileSync(
    join(project, 'use.ts'),
    `import { Peer } from 'whitewater/peer';
     import { Raft } from 'whitewater/peer/raft';
     import { buildRelay } from 'whitewater/server';
     import { Relay } from 'whitewater/server/client';
     import { peerId, type Status, validateBody } from 'whitewater/shared';
     // Something that is \`any\` would let every one of these pass.
     type IsAny<Type> = 0 extends 1 & Type ? true : false;
     const typed: [IsAny<typeof Peer>, IsAny<typeof Raft>, IsAny<typeof buildRelay>, IsAny<Status>] = [false, false, false, false];
     const instances: [IsAny<Peer>, IsAny<Raft>, IsAny<Awaited<ReturnType<typeof buildRelay>>>] = [false, false, false];
     // @ts-expect-error a plain string is no peer id
     const id: ReturnType<typeof peerId> = 'p1';
     // @ts-expect-error no such message
     validateBody('RequestVotes', {});
     export { id, instances, typed };`,
  );
  // The declarations of the package itself are checked as well; those of its dependencies would take 15 seconds.
  const program = ts.createProgram([join(project, 'use.ts')], {
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.NodeNext,
    strict: true,
    exactOptionalPropertyTypes: true,
    noEmit: true,
    types: ['node'],
    typeRoots: [join(modules, '@types')],
  });
  const ours = program
    .getSourceFiles()
    .filter(({ fileName }) => fileName.startsWith(installed) || fileName.endsWith('use.ts'));
  const diagnostics = ours.flatMap((file) => ts.getPreEmitDiagnostics(program, file));
  const told = diagnostics.map(({ file, messageText }) => {
    return `${file?.fileName.slice(project.length) ?? ''}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`;
  });
  t.same(told, []);
  t.ok(ours.length > 30, `${ours.length} files were read`);
});
