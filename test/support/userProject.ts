import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Test } from 'tap';
import ts from 'typescript';
import { ROOT } from './root.ts';

/** A fenced block of a page. */
export interface Block {
  readonly language: string;
  readonly lines: readonly string[];
}

export function blocksOf(page: string): Block[] {
  return [...page.matchAll(/^```(\w*)\n([^]*?)^```$/gm)].map(([, language = '', text = '']) => ({
    language,
    lines: text.trimEnd().split('\n'),
  }));
}

/** The options of the tsconfig that README gives to users. */
export function optionsOfReadme(): Readonly<Record<string, unknown>> {
  const config = blocksOf(readFileSync(join(ROOT, 'README.md'), 'utf8')).find(({ language }) => language === 'json');
  return (JSON.parse(config?.lines.join('\n') ?? '{}') as { compilerOptions: Record<string, unknown> }).compilerOptions;
}

/** Compiles files in a project of a user's, in which the package as it was built is installed. */
export function compileAsUser(
  t: Test,
  files: Readonly<Record<string, string>>,
): { readonly folder: string; readonly told: readonly string[] } {
  mkdirSync(join(ROOT, '.tap'), { recursive: true });
  const folder = mkdtempSync(join(ROOT, '.tap/user-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'user', type: 'module' }));
  // What an installed package has: its manifest, and what was built.
  const installed = join(folder, 'node_modules/whitewater');
  mkdirSync(installed, { recursive: true });
  for (const name of ['package.json', 'dist']) symlinkSync(join(ROOT, name), join(installed, name));
  const paths = Object.entries(files).map(([name, text]) => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  });
  const { options, errors } = ts.convertCompilerOptionsFromJson(optionsOfReadme(), folder);
  t.same(errors, []);
  const program = ts.createProgram(paths, { ...options, skipLibCheck: true });
  const told = ts.getPreEmitDiagnostics(program).map(({ file, messageText }) => {
    const name = file?.fileName.split('/').at(-1) ?? '';
    return `${name}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`;
  });
  program.emit();
  return { folder, told };
}
