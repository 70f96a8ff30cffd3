import type { SeedOptions } from '../runSeed.ts';
import type { ShrunkenRun } from '../shrink.ts';
import type { SeedFailure, SeedOutcome } from '../tryRun.ts';

/** What a worker is asked for, one thing at a time. */
export type SeedRequest =
  | { readonly type: 'run'; readonly options: SeedOptions; readonly checksDeterminism: boolean }
  | {
      readonly type: 'shrink';
      readonly options: SeedOptions;
      readonly failure: SeedFailure;
      readonly withinMs: number;
    };

export type SeedAnswer =
  | { readonly type: 'outcome'; readonly outcome: SeedOutcome }
  | { readonly type: 'shrunken'; readonly shrunken: ShrunkenRun };
