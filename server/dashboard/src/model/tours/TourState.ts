import type { Selection } from '../Selection.ts';
import type { Question } from '../why/Explanation.ts';

/**
 * `preparing`: before the first step. `doing`: the step's deeds, and what it waits for. `reached`: one may go on. `failed`: it
 * came out otherwise. `leaving`: all is put back.
 */
export type TourPhase = 'preparing' | 'doing' | 'reached' | 'failed' | 'leaving';

/** Where a guided tour stands: what its card says. */
export interface TourState {
  /** Its title. */
  readonly tour: string;
  /** From 1. */
  readonly step: number;
  readonly of: number;
  readonly phase: TourPhase;
  /** What happens. */
  readonly text: string;
  /** What the page did to the cluster for it, in order. */
  readonly deeds: readonly TourDeedState[];
  readonly waits: readonly TourWait[];
  /** It takes longer than it should; it is waited for all the same. */
  readonly isLate: boolean;
  /** Why it came out otherwise; null when it did not. */
  readonly trouble: string | null;
  /** Once it is reached. */
  readonly look: TourSight | null;
  /** It goes on by itself. */
  readonly isPlaying: boolean;
}

/** `failedAsMeant`: that it has no answer, or is refused, is what the step shows. */
export type TourDeedOutcome = 'underWay' | 'done' | 'failedAsMeant';

export interface TourDeedState {
  readonly label: string;
  readonly outcome: TourDeedOutcome;
}

/** What a step waits for. */
export interface TourWait {
  readonly text: string;
  readonly isTrue: boolean;
  /** At the newest look. */
  readonly seen: string;
}

/** What there is to see. */
export interface TourSight {
  readonly text: string;
  readonly selection: Selection | null;
  /** Below the ring, or beside it. */
  readonly panel: 'log' | 'time' | 'judge' | 'console' | null;
  readonly question: Question | null;
}
