import type { Who } from './who.ts';

export type Comparison = '=' | '!=' | '<' | '<=' | '>' | '>=';

/** A number that a condition compares with: written down, or remembered, perhaps with something added. */
export interface Amount {
  readonly variable: string | undefined;
  readonly number: number;
}

export type Claim =
  | { readonly kind: 'leader'; readonly among: readonly Who[] | undefined; readonly is: Is | undefined }
  | { readonly kind: 'noLeader'; readonly among: readonly Who[] | undefined }
  | { readonly kind: 'oneTerm'; readonly among: readonly Who[] | undefined }
  | { readonly kind: 'equalCommit'; readonly among: readonly Who[] | undefined }
  | ({ readonly kind: 'number'; readonly field: NumberField; readonly of: readonly Who[] | undefined } & Compared)
  | { readonly kind: 'follows'; readonly who: readonly Who[]; readonly leader: readonly Who[] }
  | { readonly kind: 'role'; readonly who: readonly Who[]; readonly isNot: boolean; readonly role: RoleWord }
  | { readonly kind: 'key'; readonly key: string; readonly at: readonly Who[] | undefined; readonly test: KeyTest }
  | { readonly kind: 'result'; readonly name: string; readonly test: ResultTest }
  | ({ readonly kind: 'rule'; readonly name: string; readonly field: 'hits' | 'matched' } & Compared)
  | ({ readonly kind: 'frames'; readonly field: 'held' | 'delayed' } & Compared);

interface Compared {
  readonly comparison: Comparison;
  readonly amount: Amount;
}

export interface Is {
  readonly isNot: boolean;
  readonly who: readonly Who[];
}

export const NUMBER_FIELDS = ['term', 'commit', 'applied', 'log'] as const;
export type NumberField = (typeof NUMBER_FIELDS)[number];

export const ROLE_WORDS = [
  ...['leader', 'follower', 'candidate', 'preCandidate', 'learner', 'connected', 'disconnected'],
] as const;
export type RoleWord = string;

export type KeyTest =
  { readonly kind: 'missing' | 'present' } | { readonly kind: '=' | '!=' | 'contains'; readonly value: Text };

/** A text that is written down, or what was remembered under a name. */
export type Text = { readonly variable: string } | { readonly text: string };

export type ResultTest =
  | { readonly kind: 'succeeded' | 'pending' | 'finished' }
  | { readonly kind: 'failed'; readonly codes: readonly string[] };

/** A claim about the cluster, and for how long, or until when, it has to be true. */
export interface Condition {
  /** As it stands in the scenario. */
  readonly text: string;
  readonly claim: Claim;
  readonly withinMs: number | undefined;
  readonly forMs: number | undefined;
}
