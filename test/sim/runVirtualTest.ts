import type { Test } from 'tap';
import { labSeeds } from './labSeeds.ts';
import { VirtualPlayer } from './VirtualPlayer.ts';
import type { VirtualTest } from './virtualTests.ts';

const player = new VirtualPlayer();

/** Runs one test of the lab in virtual time for each of its seeds, and prints the lab's lines of the last. */
export async function runVirtualTest(t: Test, { name, seeds: count, word }: VirtualTest): Promise<void> {
  const seeds = labSeeds(name, count);
  let lines: readonly string[] = [];
  for (const seed of seeds) {
    try {
      lines = await player.play(name, seed);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      const again = `WHITEWATER_LAB_SEED=${seed} npm test -- ${word}`;
      throw new Error(`seed ${seed}: ${message}\n${again} runs it again`, { cause: error });
    }
  }
  for (const line of lines) t.comment(line);
  t.pass(`${seeds.length} seeds`);
}
