/** What somebody else's code threw, as text. It may have thrown anything, even what cannot be made text. */
export function messageOf(thrown: unknown): string {
  if (thrown instanceof Error) return thrown.message;
  try {
    return String(thrown);
  } catch {
    return 'something was thrown that is no error';
  }
}
