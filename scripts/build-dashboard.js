// Bundles the page: server/dashboard/ -> index.html, app.js, app.css. Usage: node scripts/build-dashboard.js [OUTDIR]
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { DIST, ROOT } from './sources.js';

const SOURCE = join(ROOT, 'server/dashboard');
/** What stands beside the sources and is none of the page's files. */
const NOT_SERVED = new Set(['src', 'index.html', 'style.css', 'tsconfig.json']);

/** @param {string} outDir */
export async function buildDashboard(outDir) {
  const main = join(SOURCE, 'src/main.tsx');
  if (!existsSync(main)) return;
  mkdirSync(outDir, { recursive: true });
  await build({
    entryPoints: [
      { in: main, out: 'app' },
      { in: join(SOURCE, 'style.css'), out: 'app' },
    ],
    outdir: outDir,
    bundle: true,
    minify: true,
    format: 'esm',
    target: ['es2022'],
    jsx: 'automatic',
    jsxImportSource: 'preact',
    legalComments: 'none',
    define: { PAGE_VERSION: JSON.stringify(version()) },
    logLevel: 'warning',
  });
  writeFileSync(join(outDir, 'index.html'), page());
  for (const name of readdirSync(SOURCE)) {
    if (!NOT_SERVED.has(name)) cpSync(join(SOURCE, name), join(outDir, name), { recursive: true });
  }
}

/** Goes into recordings, so that one knows what wrote them. */
function version() {
  const { version } = /** @type {{ version: string }} */ (JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')));
  return version;
}

/** The page's source may name its parts as they are called there; what is served names the bundles. */
function page() {
  const html = readFileSync(join(SOURCE, 'index.html'), 'utf8')
    .replace(/(?<=["'/])(?:src\/main\.tsx|main\.js)(?=["'])/, 'app.js')
    .replace(/(?<=["'/])style\.css(?=["'])/, 'app.css');
  for (const bundle of ['app.js', 'app.css']) {
    if (!html.includes(bundle)) throw new Error(`server/dashboard/index.html does not load ${bundle}`);
  }
  return html;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  await buildDashboard(process.argv[2] ?? join(DIST, 'server/dashboard'));
}
