import { mkdirSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { writeSection } from './document.ts';
import { RESULTS, ROOT } from './paths.ts';

/** Shows what a bench measured, and keeps it as JSON; with `heading` as a section of docs/BENCHMARKS.md too. */
export async function writeResult(
  result: { readonly bench: string },
  text: string,
  heading: string | undefined,
): Promise<void> {
  console.log(text);
  const path = join(RESULTS, `${result.bench}.json`);
  mkdirSync(RESULTS, { recursive: true });
  writeFileSync(path, `${JSON.stringify(result, undefined, 2)}\n`);
  console.log(`\nwritten: ${relative(ROOT, path)}`);
  if (heading === undefined) return;
  await writeSection(result.bench, `## ${heading}: \`npm run bench:${result.bench}\`\n\n${text}`);
  console.log('written: docs/BENCHMARKS.md');
}
