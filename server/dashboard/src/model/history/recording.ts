import type { ClusterId } from '../../../../../shared/ids.ts';
import { toBase64 } from './base64.ts';
import type { FeedHistory } from './FeedHistory.ts';
import {
  ASKED_MAX,
  ASKED_TEXT_MAX,
  FORMAT,
  RECORDING_ID,
  RECORDING_TYPE,
  type RecordingFacts,
} from './recordingFormat.ts';
import type { Mark } from './Marks.ts';
import { piecesOf, streamOf } from './streams.ts';

/** The page itself, to go into a recording. */
export interface PageParts {
  readonly version: string;
  readonly script: string;
  readonly style: string;
  /** Of letters and digits, new for each recording: what is to run in it carries this. */
  readonly nonce: string;
}

export interface RecordingOptions {
  readonly cluster: ClusterId;
  readonly savedAtMs: number;
}

/** `demo-2024-05-01-12-34-56.whitewater.html` */
export function recordingName(cluster: ClusterId, savedAtMs: number): string {
  const at = new Date(savedAtMs).toISOString().slice(0, 19).replaceAll(/[T:]/g, '-');
  return `${cluster}-${at}.whitewater.html`;
}

/**
 * One file that is opened by a double click, without a server: the page, and everything that the history holds. Written as a
 * stream, so that no more than a chunk lies inflated in memory.
 * @throws {Error} when there is nothing to save
 */
export async function writeRecording(history: FeedHistory, options: RecordingOptions, page: PageParts): Promise<Blob> {
  const extent = history.extent.peek();
  if (extent === null) throw new Error('there is nothing to save yet: no message has come');
  const { cluster, savedAtMs } = options;
  const asked = askedIn(history.marks.in(extent.fromMs, extent.untilMs));
  const facts: RecordingFacts = {
    whitewater: 'recording',
    format: FORMAT,
    version: page.version,
    cluster,
    ...extent,
    savedAtMs,
    statement: `What the relay told a viewer of cluster ${cluster}, by the relay's clock. Nothing in it is simulated.`,
    ...(asked.length === 0 ? {} : { asked }),
  };
  const lines = streamOf(encoded(facts, history.lines()));
  const pieces: string[] = [head(facts, page)];
  for await (const piece of toBase64(piecesOf(lines.pipeThrough(new CompressionStream('gzip'))))) pieces.push(piece);
  pieces.push(foot(page));
  return new Blob(pieces, { type: 'text/html' });
}

function askedIn(marks: readonly Mark[]): readonly Mark[] {
  const asked = marks.filter(({ isAsked }) => isAsked === true).slice(-ASKED_MAX);
  return asked.map((mark) => ({ ...mark, text: mark.text.slice(0, ASKED_TEXT_MAX) }));
}

async function* encoded(
  facts: RecordingFacts,
  lines: AsyncIterable<string>,
): AsyncGenerator<Uint8Array<ArrayBuffer>, void, undefined> {
  const encoder = new TextEncoder();
  yield encoder.encode(`${JSON.stringify(facts)}\n`);
  for await (const line of lines) yield encoder.encode(`${line}\n`);
}

/** The recording stands before the script, so that the first element of its type in the file is the recording. */
function head({ cluster }: RecordingFacts, { style, nonce }: PageParts): string {
  const policy = `default-src 'none'; script-src 'nonce-${nonce}'; style-src 'nonce-${nonce}'; img-src data:; base-uri 'none'; form-action 'none'`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="content-security-policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escaped(cluster)}: a recording of Whitewater</title>
<style nonce="${nonce}">${closed(style, 'style')}</style>
</head>
<body>
<div id="app"></div>
<noscript>This recording needs JavaScript to be looked at. Nothing is fetched.</noscript>
<script type="${RECORDING_TYPE}" id="${RECORDING_ID}">
`;
}

function foot({ script, nonce }: PageParts): string {
  return `\n</script>\n<script type="module" nonce="${nonce}">${closed(script, 'script')}</script>\n</body>\n</html>\n`;
}

/** Ids of clusters have no such letters; a file should not depend on it. */
function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}

/** Inside strings and regular expressions, which is where a bundle may have it, `<\/` is the same as `</`. */
function closed(source: string, element: 'script' | 'style'): string {
  return source.replaceAll(new RegExp(`</(?=${element})`, 'gi'), '<\\/').replaceAll('<!--', '<\\!--');
}
