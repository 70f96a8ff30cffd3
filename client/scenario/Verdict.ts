/** Whether a claim is true, and what was seen, in words. */
export interface Verdict {
  readonly isTrue: boolean;
  readonly seen: string;
}
