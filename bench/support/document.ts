import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { DOCUMENT } from './paths.ts';

const TITLE = `# Benchmarks

Every figure on this page was written by the bench that its section names, from what that bench measured. Run it again and the page changes; nobody edits it.
`;

/** Puts a bench's section into docs/BENCHMARKS.md in place of the one before, and leaves the sections of others alone. */
export async function writeSection(name: string, markdown: string): Promise<void> {
  await change((before) => withSection(before, name, markdown, 'last'));
}

/** The same for what stands before all sections. */
export async function writeOverview(markdown: string): Promise<void> {
  await change((before) => withSection(before, 'overview', markdown, 'first'));
}

async function change(edit: (before: string) => string): Promise<void> {
  const before = existsSync(DOCUMENT) ? readFileSync(DOCUMENT, 'utf8') : TITLE;
  const { format } = await import('prettier');
  writeFileSync(DOCUMENT, await format(edit(before), { parser: 'markdown' }));
}

/** @param place where a section goes that is not there yet: behind all others, or before them */
export function withSection(before: string, name: string, markdown: string, place: 'first' | 'last'): string {
  const begin = `<!-- ${name}: begin -->`;
  const end = `<!-- ${name}: end -->`;
  const section = `${begin}\n\n${markdown}\n\n${end}\n`;
  const from = before.indexOf(begin);
  const to = before.indexOf(end);
  if (from >= 0 && to > from) return before.slice(0, from) + section + before.slice(to + end.length);
  const first = before.indexOf('<!-- ');
  if (place === 'last' || first < 0) return `${before}\n${section}`;
  return `${before.slice(0, first)}${section}\n${before.slice(first)}`;
}
