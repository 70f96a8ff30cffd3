import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { DOCUMENT } from './paths.ts';

const TITLE = `# Benchmarks

Every figure on this page was written by the bench that its section names, from what that bench measured. Run it again and the page changes; nobody edits it.
`;

/** Puts a bench's section into docs/BENCHMARKS.md in place of the one before, and leaves the sections of others alone. */
export async function writeSection(name: string, markdown: string): Promise<void> {
  const begin = `<!-- ${name}: begin -->`;
  const end = `<!-- ${name}: end -->`;
  const section = `${begin}\n\n${markdown}\n\n${end}\n`;
  const before = existsSync(DOCUMENT) ? readFileSync(DOCUMENT, 'utf8') : TITLE;
  const from = before.indexOf(begin);
  const to = before.indexOf(end);
  const after =
    from < 0 || to < from ? `${before}\n${section}` : before.slice(0, from) + section + before.slice(to + end.length);
  const { format } = await import('prettier');
  writeFileSync(DOCUMENT, await format(after, { parser: 'markdown' }));
}
