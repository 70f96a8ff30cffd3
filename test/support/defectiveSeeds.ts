// What a worker thread runs in tests: seeds with a defect. Seed 666 ends the thread, seed 667 never ends.
import { serveSeeds } from '../../sim/pool/serveSeeds.ts';
import { DEFECTIVE_SEED, defectAfter } from './defect.ts';

serveSeeds(({ seed }) => ({
  ...(seed === DEFECTIVE_SEED ? defectAfter(2, 9) : {}),
  onBegin: () => {
    if (seed === 666) process.exit(9);
    while (seed === 667);
  },
}));
