import { fromBase64 } from './base64.ts';
import { checkMessage, PEERS_MAX } from './checkMessage.ts';
import { flag, id, list, nullable, number, object, oneOf, optional, text } from './checks.ts';
import type { FeedHistory } from './FeedHistory.ts';
import {
  ASKED_MAX,
  ASKED_TEXT_MAX,
  FILE_BYTES_MAX,
  FORMAT,
  LINE_LENGTH_MAX,
  LINES_MAX,
  RECORDING_TYPE,
  type RecordingFacts,
  RecordingRefused,
  TEXT_LENGTH_MAX,
} from './recordingFormat.ts';
import { piecesOf, streamOf } from './streams.ts';

const SLICE_BYTES = 256 * 1024;
/** So many lines are added before what they filled is compressed. */
const LINES_AT_ONCE = 200;
/** The page answers the hand after so long, however many lines there are. */
const WORK_MS = 30;

export interface OpenLimits {
  readonly linesMax: number;
  readonly textLengthMax: number;
}

/** The base64 of a recording's file. @throws {RecordingRefused} when it is none, or too large */
export async function* base64InFile(file: Blob): AsyncGenerator<string, void, undefined> {
  if (file.size > FILE_BYTES_MAX) {
    throw new RecordingRefused(
      `The file has ${mebibytes(file.size)} MiB; a recording has ${mebibytes(FILE_BYTES_MAX)} at the most.`,
    );
  }
  const latin = new TextDecoder('latin1');
  const tag = `<script type="${RECORDING_TYPE}"`;
  let seen = '';
  let isInside = false;
  for (let from = 0; from < file.size; from += SLICE_BYTES) {
    seen += latin.decode(await file.slice(from, from + SLICE_BYTES).arrayBuffer());
    if (!isInside) {
      const at = seen.indexOf(tag);
      const begins = at === -1 ? -1 : seen.indexOf('>', at);
      if (begins === -1) {
        seen = seen.slice(at === -1 ? -tag.length : at);
        continue;
      }
      isInside = true;
      seen = seen.slice(begins + 1);
    }
    const ends = seen.indexOf('<');
    yield ends === -1 ? seen : seen.slice(0, ends);
    if (ends !== -1) return;
    seen = '';
  }
  if (isInside) throw new RecordingRefused('The recording is cut off: the file ends in its midst.');
  throw new RecordingRefused('This file is no recording of Whitewater: it has none inside.');
}

/**
 * Fills a history from a recording. Every line is read as data, and held against the shape of the feed's messages.
 * @param history an empty one; to be thrown away when it is refused
 * @throws {RecordingRefused} in a sentence, when it is broken, cut, too large, or of a newer format
 */
export async function openRecording(
  base64: AsyncIterable<string>,
  history: FeedHistory,
  limits: OpenLimits = { linesMax: LINES_MAX, textLengthMax: TEXT_LENGTH_MAX },
): Promise<RecordingFacts> {
  let facts: RecordingFacts | null = null;
  let number = 0;
  const rest = restNowAndThen();
  for await (const line of linesOf(base64, limits.textLengthMax)) {
    number += 1;
    await rest();
    if (number > limits.linesMax) throw new RecordingRefused(`The recording has more than ${limits.linesMax} lines.`);
    if (facts === null) facts = factsIn(line);
    else addLine(history, line, number);
    if (number % LINES_AT_ONCE === 0) await history.settled();
  }
  if (facts === null) throw new RecordingRefused('The recording is empty.');
  if (history.extent.peek() === null) throw new RecordingRefused('The recording has no picture in it.');
  await history.settled();
  for (const mark of facts.asked ?? []) history.marks.add(mark);
  return facts;
}

function addLine(history: FeedHistory, line: string, lineNumber: number): void {
  const comma = line.indexOf(',');
  const [receivedAtMs, value, ...more] = arrayIn(line);
  const message = checkMessage(value);
  if (comma === -1 || message === null || !number(receivedAtMs) || more.length > 0) throw damaged(`line ${lineNumber}`);
  // An editor may have left blanks behind it.
  const picture = history.add(message, receivedAtMs as number, line.slice(comma + 1, line.lastIndexOf(']')));
  // No message has more, but one after the other they may bring more and more.
  if (picture !== null && picture.peers.length + picture.clients.length > PEERS_MAX) {
    throw new RecordingRefused(`The recording has more than ${PEERS_MAX} peers and clients at once.`);
  }
}

/** @returns waits, when there was no rest for WORK_MS, until whatever else waits has had its turn */
function restNowAndThen(): () => Promise<void> {
  let restedAtMs = performance.now();
  return async () => {
    if (performance.now() - restedAtMs < WORK_MS) return;
    await nextTask();
    restedAtMs = performance.now();
  };
}

/** A timer would be late in a page that is hidden. */
function nextTask(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.addEventListener('message', () => {
      port1.close();
      resolve();
    });
    port1.start();
    port2.postMessage(null);
  });
}

function arrayIn(line: string): unknown[] {
  const value = parsed(line);
  return Array.isArray(value) ? value : [];
}

const askedMark = object({
  ...{ atMs: number, untilMs: number, lane: oneOf('clients'), peer: nullable(id), kind: text(64) },
  ...{ text: text(ASKED_TEXT_MAX), tone: oneOf('plain', 'good', 'bad'), isAsked: flag },
});

function factsIn(line: string): RecordingFacts {
  const value = parsed(line);
  if (!object({ whitewater: (word) => word === 'recording', format: number })(value)) throw damaged('line 1');
  const { format } = value as RecordingFacts;
  if ((format as number) !== FORMAT) {
    throw new RecordingRefused(
      `The recording is of format ${format}, and this page reads format ${FORMAT}: open it with a newer one.`,
    );
  }
  const shape = object({
    ...{ version: text(64), cluster: id, fromMs: number, untilMs: number, savedAtMs: number, statement: text(2000) },
    asked: optional(list(askedMark, ASKED_MAX)),
  });
  if (!shape(value)) throw damaged('line 1');
  return value as RecordingFacts;
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line) as unknown;
  } catch {
    return undefined;
  }
}

async function* linesOf(base64: AsyncIterable<string>, textLengthMax: number): AsyncGenerator<string, void, undefined> {
  const inflated = streamOf(fromBase64(base64)).pipeThrough(new DecompressionStream('gzip'));
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let rest = '';
  let length = 0;
  const pieces = piecesOf(inflated);
  try {
    for (;;) {
      const next = await nextOf(pieces);
      const piece = next === null ? decoder.decode() : decoder.decode(next, { stream: true });
      length += piece.length;
      if (length > textLengthMax) {
        throw new RecordingRefused(`Inflated, the recording has more than ${mebibytes(textLengthMax)} MiB of text.`);
      }
      const lines = (rest + piece).split('\n');
      rest = lines.pop() ?? '';
      if (rest.length > LINE_LENGTH_MAX) throw damaged('a line that does not end');
      for (const line of lines) if (line !== '') yield line;
      if (next === null) break;
    }
  } finally {
    await pieces.return();
  }
  if (rest !== '') yield rest;
}

/** Null at the end. Whatever else goes wrong in decoding says that the file is not as it was written. */
async function nextOf(pieces: AsyncGenerator<Uint8Array, void, undefined>): Promise<Uint8Array | null> {
  try {
    const { done, value } = await pieces.next();
    return done === true ? null : value;
  } catch (error) {
    if (error instanceof RecordingRefused) throw error;
    throw damaged('it cannot be inflated');
  }
}

function damaged(where: string): RecordingRefused {
  return new RecordingRefused(`The recording is damaged or cut off (${where}).`);
}

function mebibytes(bytes: number): number {
  return Math.ceil(bytes / 1024 / 1024);
}
