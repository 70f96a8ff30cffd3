import type { ElectionSettings } from '../../shared/http/Processes.ts';
import type { LookQuestion } from './Look.ts';

/**
 * A guided tour as the page is given it: a scenario of few words, read and checked when the page was built. Whom it names stands
 * as in the scenario, since that is known only when a step is done.
 */
export interface Tour {
  /** The file's name without its ending. */
  readonly id: string;
  readonly name: string;
  readonly about: string;
  /** How many it needs. */
  readonly peers: number;
  /** How they have to be started. */
  readonly settings: ElectionSettings;
  readonly cards: readonly TourCard[];
}

/** What is shown at a time: a step that says something, and those behind it that say nothing. */
export interface TourCard {
  readonly say: string;
  readonly parts: readonly TourPart[];
  readonly look: TourLook | null;
}

/** What a step does, in the order of these fields. */
export interface TourPart {
  readonly deeds: readonly TourDeed[];
  readonly waitMs: number;
  /** Conditions. */
  readonly until: readonly string[];
  readonly remember: readonly (readonly [name: string, what: string])[];
}

/** As in a scenario. */
export interface TourLook {
  readonly at: string;
  readonly text: string;
  readonly ask: LookQuestion | null;
}

export interface TourRule {
  readonly from: string;
  readonly to: string;
  /** As the relay takes them. */
  readonly faults: Readonly<Record<string, unknown>>;
}

export type TourDeed =
  | { readonly kind: 'heal' }
  /** `none`, or groups with bars between them. */
  | { readonly kind: 'partition'; readonly groups: string }
  /** Besides those in force. */
  | { readonly kind: 'rule'; readonly name: string; readonly rule: TourRule }
  /** These and no others. */
  | { readonly kind: 'rules'; readonly rules: Readonly<Record<string, TourRule>> }
  | { readonly kind: 'removeRule'; readonly name: string; readonly frames: string | null }
  /** All that the rule holds, or the first so many frames. */
  | { readonly kind: 'release'; readonly name: string; readonly first: number | null }
  | { readonly kind: 'kill' | 'start' | 'transfer'; readonly who: string }
  | {
      readonly kind: 'put';
      readonly key: string;
      /** So many letters, where it is a number. */
      readonly value: string | number;
      readonly timeoutMs: number | null;
      /** It has to fail, with one of these codes. */
      readonly fails: readonly string[] | null;
    }
  | { readonly kind: 'get'; readonly key: string; readonly equals: string | null };
