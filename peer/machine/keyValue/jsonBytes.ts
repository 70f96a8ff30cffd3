const encoder = new TextEncoder();

/** How many bytes a text has as JSON in UTF-8. */
export function jsonBytes(text: string): number {
  return encoder.encode(JSON.stringify(text)).length;
}

/** Whether it has at most so many; counts only when that is in doubt, for a character has six bytes at most. */
export function fitsAsJson(text: string, bytesMax: number): boolean {
  return text.length * 6 + 2 <= bytesMax || (text.length <= bytesMax && jsonBytes(text) <= bytesMax);
}
