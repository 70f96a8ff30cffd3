// Gathers the command line and the packages that it uses into dist/cli/main.js and a few parts beside it. To find, read and link
// some hundreds of modules takes a process twice as long as all else at its start, and `whitewater up` starts half a dozen of them.
// What others may import stays as it was compiled. Usage: node scripts/build-command.js [DIST]
import { readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { bundledLicenses } from './bundled-licenses.js';
import { DIST, ROOT } from './sources.js';

/** One has a part in machine code, the others may be there or not. */
const NOT_GATHERED = ['classic-level', 'bufferutil', 'utf-8-validate'];
/** Packages in the older format of modules ask for what Node has itself by a function that this format does not have. */
const REQUIRE = `import { createRequire as requireFrom } from 'node:module'; const require = requireFrom(import.meta.url);`;

/** @param {string} dist where everything was compiled */
export async function buildCommand(dist) {
  const { metafile } = await build({
    entryPoints: [{ in: join(dist, 'cli/main.js'), out: 'cli/main' }],
    ...{ outdir: dist, chunkNames: 'cli/parts-[hash]', splitting: true, allowOverwrite: true, absWorkingDir: ROOT },
    ...{ bundle: true, format: 'esm', platform: 'node', target: 'node20', external: NOT_GATHERED, logLevel: 'warning' },
    ...{ banner: { js: REQUIRE }, legalComments: 'none', metafile: true },
    plugins: [ownPlaces(dist)],
  });
  writeFileSync(join(dist, 'cli/LICENSES.txt'), bundledLicenses(metafile));
}

/**
 * A module that asks where it stands is told where it was compiled to: it looks for what stands beside it there.
 * @param {string} dist
 * @returns {import('esbuild').Plugin}
 */
function ownPlaces(dist) {
  return {
    name: 'own-places',
    setup({ onLoad }) {
      onLoad({ filter: /\.js$/ }, ({ path }) => {
        const source = readFileSync(path, 'utf8');
        if (!source.includes('import.meta.url')) return undefined;
        // All parts stand in dist/cli.
        const place = JSON.stringify(relative(join(dist, 'cli'), path).replaceAll('\\', '/'));
        return { contents: source.replaceAll('import.meta.url', `new URL(${place}, import.meta.url).href`) };
      });
    },
  };
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await buildCommand(process.argv[2] ?? DIST);
