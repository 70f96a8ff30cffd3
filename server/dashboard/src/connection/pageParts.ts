import type { PageParts } from '../model/history/recording.ts';

/** Put in by scripts/build-dashboard.js. */
declare const PAGE_VERSION: string;

/** The page as it was served, for a recording. @throws {Error} when the relay does not give it any more */
export async function pageParts(base: URL): Promise<PageParts> {
  const [script, style] = await Promise.all([partOf(base, 'app.js'), partOf(base, 'app.css')]);
  const random = crypto.getRandomValues(new Uint8Array(16));
  const nonce = Array.from(random, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return { version: PAGE_VERSION, script, style, nonce };
}

async function partOf(base: URL, name: string): Promise<string> {
  const sorry = `the relay does not give ${name}, which goes into the recording: it must be there while one saves`;
  let response: Response;
  try {
    response = await fetch(new URL(name, base));
  } catch (cause) {
    throw new Error(sorry, { cause });
  }
  if (!response.ok) throw new Error(sorry);
  return response.text();
}
