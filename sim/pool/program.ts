// The program of a worker thread: see SeedWorker.
import { serveSeeds } from './serveSeeds.ts';

serveSeeds();
