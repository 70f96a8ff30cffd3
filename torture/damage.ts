import { readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Random } from '../shared/random.ts';

/** How much of a file's end a torn write takes, at the most. */
const TORN_BYTES_MAX = 400;

/**
 * Damages one file of a peer that does not run: one bit is another, or its end is missing. LevelDB's text for people, which nobody reads,
 * is left alone, and so is its empty lock.
 * @returns what was done; undefined when there is nothing to damage
 */
export function damageStore(directory: string, random: Random): string | undefined {
  const files = readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .filter((name) => !/(?:^|\/)(?:LOG|LOG\.old|LOCK)$/.test(name))
    .filter((name) => {
      const status = statSync(join(directory, name));
      return status.isFile() && status.size > 0;
    })
    .sort();
  const file = files[Math.floor(random() * files.length)];
  if (file === undefined) return undefined;
  const path = join(directory, file);
  const { size } = statSync(path);
  if (random() < 0.4) {
    const bytes = 1 + Math.floor(random() * Math.min(size, TORN_BYTES_MAX));
    truncateSync(path, size - bytes);
    return `the last ${bytes} of ${size} bytes of ${file} torn off`;
  }
  const contents = readFileSync(path);
  const at = Math.floor(random() * size);
  const bit = Math.floor(random() * 8);
  contents[at] = (contents[at] ?? 0) ^ (1 << bit);
  writeFileSync(path, contents);
  return `bit ${bit} of byte ${at} of ${size} of ${file} flipped`;
}
