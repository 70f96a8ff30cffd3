import { Child } from '../support/Child.ts';

/** So much that nothing is collected while it is counted, in MiB. */
const YOUNG_MIB = 512;

/** @returns bytes that a step allocates, by its name: what is garbage right away as well as what is kept */
export async function measureAllocations(): Promise<Record<string, number>> {
  const execArgv = ['--expose-gc', `--min-semi-space-size=${YOUNG_MIB}`, `--max-semi-space-size=${YOUNG_MIB}`];
  const child = await Child.start(new URL('./allocationsProcess.js', import.meta.url), { execArgv });
  try {
    return (await child.ask(null, 120_000)) as Record<string, number>;
  } finally {
    await child.stop();
  }
}
