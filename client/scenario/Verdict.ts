/** Whether a claim is true, and what was seen, in words. */
export interface Verdict {
  readonly isTrue: boolean;
  readonly seen: string;
}

export function verdict(isTrue: boolean, seen: string): Verdict {
  return { isTrue, seen };
}
