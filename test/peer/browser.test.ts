import { join } from 'node:path';
import { isBuiltin } from 'node:module';
import { build } from 'esbuild';
import t from 'tap';
import { ROOT } from '../support/root.ts';

const ENTRY = join(ROOT, 'peer/index.ts');

t.test(
  'what a browser loads of a peer needs nothing of Node, until a directory or a socket of Node is asked for',
  async (t) => {
    const { metafile } = await build({
      ...{ entryPoints: [ENTRY], bundle: true, splitting: true, format: 'esm', platform: 'browser' },
      ...{ write: false, outdir: 'out', metafile: true, logLevel: 'silent' },
      external: ['node:*', 'events', 'buffer', 'ws', 'classic-level'],
    });
    const entry = Object.entries(metafile.outputs).find(([, { entryPoint }]) => entryPoint?.endsWith('peer/index.ts'));
    if (entry === undefined) throw new Error('there is no output for the entry point');
    const loaded = new Set<string>();
    const needed: string[] = [];
    const load = (path: string): void => {
      if (loaded.has(path)) return;
      loaded.add(path);
      for (const { path: next, kind, external } of metafile.outputs[path]?.imports ?? []) {
        if (external === true) needed.push(next);
        else if (kind === 'import-statement') load(next);
      }
    };
    load(entry[0]);
    t.same(needed, []);
    t.ok(loaded.size > 1);
    const later = Object.values(metafile.outputs).flatMap(({ imports }) => imports.map(({ path }) => path));
    t.ok(later.some(isBuiltin), 'the rest does need Node, so this test can fail');
  },
);
