// Node's own functions are some fifty times faster than what browsers have, and pieces of snapshots are large.

export function toBase64(bytes: Uint8Array): string {
  if (typeof Buffer === 'function') {
    return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
  }
  let text = '';
  // In slices, since a call takes only so many arguments.
  for (let at = 0; at < bytes.length; at += 8192) text += String.fromCharCode(...bytes.subarray(at, at + 8192));
  return btoa(text);
}

/** @throws {Error} when it is not base64 */
export function fromBase64(text: string): Uint8Array {
  if (typeof Buffer === 'function') {
    const bytes = Buffer.from(text, 'base64');
    const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0;
    // It passes over what is not base64.
    if (text.length % 4 !== 0 || bytes.length !== (text.length / 4) * 3 - padding)
      throw new Error('that is not base64');
    return bytes;
  }
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}
