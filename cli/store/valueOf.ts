import { WhitewaterError } from '../../shared/errors.ts';
import { VALUE_BYTES_MAX } from '../../shared/keyValue.ts';

/**
 * A value as it was given; `-` stands for all that standard input holds, just as it is.
 * @throws {WhitewaterError} USAGE when that is no text, COMMAND_TOO_LARGE when it is too long
 */
export async function valueOf(text: string, stdin: AsyncIterable<Uint8Array> = process.stdin): Promise<string> {
  if (text !== '-') return text;
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of stdin) {
    bytes += chunk.length;
    if (bytes > VALUE_BYTES_MAX) {
      throw new WhitewaterError(
        'COMMAND_TOO_LARGE',
        `standard input holds more than ${VALUE_BYTES_MAX} bytes: store less`,
      );
    }
    chunks.push(chunk);
  }
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Buffer.concat(chunks));
  } catch (cause) {
    throw new WhitewaterError('USAGE', 'standard input is not text in UTF-8: a value is text', { cause });
  }
}
