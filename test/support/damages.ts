import { readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface Damage {
  readonly file: string;
  readonly what: string;
  /** @param directory a copy of the one that was looked at */
  inflict(directory: string): void;
}

/** Every byte of every file with WHITEWATER_TEST_EVERY_BYTE=1, else a share of them. */
export const EVERY_BYTE = process.env['WHITEWATER_TEST_EVERY_BYTE'] === '1';

/** Each file below a directory gone, cut, and with a byte flipped, here and there; always the same ones in the same order. */
export function damagesOf(directory: string): Damage[] {
  const files = readdirSync(directory, { recursive: true, encoding: 'utf8' }).sort();
  return files
    .filter((name) => statSync(join(directory, name)).isFile())
    .flatMap((file) => damagesOfFile(directory, file));
}

function damagesOfFile(directory: string, file: string): Damage[] {
  const { size } = statSync(join(directory, file));
  const damages: Damage[] = [{ file, what: 'gone', inflict: (copy) => rmSync(join(copy, file)) }];
  const stride = strideOf(file, size);
  for (let at = 0; at < size; at += stride) {
    const mask = [0x01, 0x80, 0xff, 0x20][at % 4] ?? 1;
    damages.push({ file, what: `byte ${at} flipped by ${mask}`, inflict: (copy) => flip(join(copy, file), at, mask) });
    damages.push({ file, what: `cut to ${at} bytes`, inflict: (copy) => truncateSync(join(copy, file), at) });
  }
  return damages;
}

function flip(path: string, at: number, mask: number): void {
  const bytes = readFileSync(path);
  bytes[at] = (bytes[at] ?? 0) ^ mask;
  writeFileSync(path, bytes);
}

function strideOf(file: string, size: number): number {
  if (EVERY_BYTE) return 1;
  // LevelDB writes this text for people and never reads it.
  if (/LOG(?:\.old)?$/.test(file)) return 101;
  return size < 100 || file.startsWith('snapshots/') ? 3 : 13;
}
