/**
 * Waits for something that tells by itself when it is there.
 * @param begin begins it, and is given what is to be called then
 * @throws {Error} naming what was waited for
 */
export async function within(
  begin: (settle: () => void) => void,
  { withinMs, what }: { readonly withinMs: number; readonly what: string },
): Promise<void> {
  let timeout: NodeJS.Timeout | undefined;
  try {
    await new Promise<void>((resolve, reject) => {
      timeout = setTimeout(() => reject(new Error(`waited ${withinMs} ms in vain: ${what}`)), withinMs);
      begin(resolve);
    });
  } finally {
    clearTimeout(timeout);
  }
}
