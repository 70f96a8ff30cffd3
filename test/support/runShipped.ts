import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Test } from 'tap';
import { runCommand } from './processes.ts';
import { ROOT } from './root.ts';

/** Processes start in a fraction of a second; beside busy loops it takes much longer. */
const WITHIN_MS = 170_000;

interface Result {
  readonly passed: boolean;
  readonly failure?: string;
}

/** Runs those scenarios that ship whose file's name is chosen, one after the other. @returns their names */
export async function runShipped(t: Test, isChosen: (file: string) => boolean): Promise<string[]> {
  const files = readdirSync(join(ROOT, 'scenarios')).filter((file) => file.endsWith('.yaml') && isChosen(file));
  for (const file of files) {
    const args = ['run', join(ROOT, 'scenarios', file), '--json', '--seed', '7'];
    const { code, stdout, stderr } = await runCommand(t, { name: file, args }, WITHIN_MS);
    const { passed, failure } = JSON.parse(stdout || '{"passed":false}') as Result;
    t.ok(code === 0 && passed, `${file}: ${failure ?? stderr}`);
  }
  return files;
}
