/**
 * Opens copies of a data directory, each damaged in another way, as a peer does when it starts. A process of its own, because
 * LevelDB ends its process where it asserts something of a damaged file.
 *
 * Arguments: the directory, one for the copies, a file with what was acknowledged, and the number of the damage to begin with.
 * Prints a line before and after each: `begin NUMBER` and `end NUMBER OUTCOME`.
 */
import { cpSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { SILENT_LOGGER, type Logger } from '../../endpoint/ports/Logger.ts';
import { WhitewaterError } from '../../shared/errors.ts';
import { damagesOf } from './damages.ts';
import { FollowerStage } from './FollowerStage.ts';

const [original = '', scratch = '', expectedFile = '', from = '0'] = process.argv.slice(2);
const expected: unknown = JSON.parse(readFileSync(expectedFile, 'utf8'));

async function outcomeOf(directory: string): Promise<string> {
  const warnings: string[] = [];
  const logger: Logger = { ...SILENT_LOGGER, warn: (message) => void warnings.push(message) };
  try {
    const follower = await FollowerStage.start({ directory, logger });
    const found: unknown = JSON.parse(JSON.stringify({ stored: follower.opened.stored, state: follower.state }));
    await follower.stop();
    if (!isDeepStrictEqual(found, expected)) return 'another state';
    return warnings.length > 0 ? 'exact, with a warning' : 'exact';
  } catch (error) {
    if (!(error instanceof WhitewaterError)) return `thrown: ${String(error)}`;
    if (error.code !== 'STORE_DAMAGED') return error.code;
    const isHelpful = error.message.includes(directory) && /replace it by|add it anew/.test(error.message);
    return isHelpful ? error.code : `without file or remedy: ${error.message}`;
  }
}

for (const [at, damage] of damagesOf(original).entries()) {
  if (at < Number(from)) continue;
  rmSync(scratch, { recursive: true, force: true });
  cpSync(original, scratch, { recursive: true });
  damage.inflict(scratch);
  writeSync(1, `begin ${at}\n`);
  writeSync(1, `end ${at} ${await outcomeOf(scratch)}\n`);
}
