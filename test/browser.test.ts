import { join } from 'node:path';
import { build, type Metafile } from 'esbuild';
import t from 'tap';
import { ROOT } from './support/root.ts';

/** Bundles one entry point as for a web page; what a program loads only on demand becomes a file of its own. */
async function bundle(entryPoint: string): Promise<{ metafile: Metafile; entry: string }> {
  const { metafile } = await build({
    absWorkingDir: ROOT,
    entryPoints: [entryPoint],
    outdir: join(ROOT, 'dist.browser'),
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'browser',
    packages: 'external',
    metafile: true,
    write: false,
    logLevel: 'silent',
  });
  const entry = Object.keys(metafile.outputs).find((path) => metafile.outputs[path]?.entryPoint === entryPoint);
  if (entry === undefined) throw new Error(`${entryPoint} gave no bundle`);
  return { metafile, entry };
}

/** What a browser fetches at once: the entry, and what that needs to start. */
function loadedAtOnce({ outputs }: Metafile, path: string, seen = new Set<string>()): Set<string> {
  if (seen.has(path)) return seen;
  seen.add(path);
  for (const { path: next, kind } of outputs[path]?.imports ?? []) {
    if (kind === 'import-statement') loadedAtOnce({ inputs: {}, outputs }, next, seen);
  }
  return seen;
}

for (const entryPoint of ['shared/index.ts', 'peer/raft/index.ts', 'peer/index.ts']) {
  t.test(`${entryPoint} loads in a browser: nothing of Node comes with it`, async (t) => {
    const { metafile, entry } = await bundle(entryPoint);
    const needed = [...loadedAtOnce(metafile, entry)].filter((path) => !(path in metafile.outputs));
    t.same(
      needed.filter((name) => !/^(?:typebox(?:\/compile)?|nanoid|sorted-btree)$/.test(name)),
      [],
      `it needs ${needed.sort().join(', ') || 'no package'}`,
    );
  });
}

t.test('the check sees what it is for', async (t) => {
  const { metafile, entry } = await bundle('peer/storage/openDiskStorage.ts');
  t.ok([...loadedAtOnce(metafile, entry)].some((path) => path.startsWith('node:')));
});
