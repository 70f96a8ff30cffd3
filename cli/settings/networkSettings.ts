import { JOURNAL_KINDS, type JournalKind } from '../../shared/http/Journal.ts';
import { ORPHANS, type Orphans } from '../../shared/http/Network.ts';
import { isId } from '../../shared/legalId.ts';
import { parseWholeNumber } from '../parse/numbers.ts';
import { parseChoice } from '../parse/switch.ts';
import type { Setting } from './Setting.ts';
import { switchSetting, textSetting } from './sharedSettings.ts';

export const REGIONS: Setting<Readonly<Record<string, readonly string[]>> | undefined> = {
  name: 'regions',
  placeholder: '<regions>',
  description: 'who is where, for the profile wan: eu=p1,p2/us=p3',
  parse: parseRegions,
  fallback: undefined,
  fallbackText: 'the peers in turn over three regions',
};

export const SHUFFLED = switchSetting({
  name: 'shuffled',
  description: 'in an order drawn from the seed, not in that of their sending',
  fallback: false,
});

export const OF_PROFILE = switchSetting({
  name: 'ofProfile',
  description: 'the rule of that name that came with the profile, where one of yours is called the same',
  fallback: false,
});

const COUNT_MAX = 1_000_000_000;

export const RELEASE_FIRST: Setting<number | undefined> = {
  name: 'first',
  placeholder: '<number>',
  description: 'only the oldest so many',
  parse: (text) => parseWholeNumber(text, 'a number of frames', 1, COUNT_MAX),
  fallback: undefined,
  fallbackText: 'all',
};

export const EPOCH: Setting<number | undefined> = {
  name: 'epoch',
  placeholder: '<number>',
  description: 'only if the faults in force are still of this epoch, as "whitewater network" shows it',
  flagOnly: true,
  parse: (text) => parseWholeNumber(text, 'an epoch', 0, 999_999_999_999_999),
  fallback: undefined,
  fallbackText: 'any',
};

export const FRAMES: Setting<Orphans | undefined> = {
  name: 'frames',
  placeholder: '<word>',
  description: `what becomes of frames that a rule delays or holds when it goes: ${ORPHANS.join(', ')}`,
  parse: (text) => parseChoice(text, 'a fate of frames', ORPHANS),
  fallback: undefined,
  fallbackText: 'release',
};

/** Of every command that may end rules. */
export const CHANGE_SETTINGS = [FRAMES, EPOCH] as const;

export const FOLLOW = switchSetting({
  name: 'follow',
  description: 'go on with what happens from now on, until Ctrl-C',
  fallback: false,
});

export const OUTPUT = textSetting({
  name: 'output',
  placeholder: '<file>',
  description: 'write to this file, in place of what it holds',
  fallbackText: 'standard output',
});

export const KINDS: Setting<readonly JournalKind[] | undefined> = {
  name: 'kinds',
  placeholder: '<kinds>',
  list: true,
  description: `only some: ${JOURNAL_KINDS.join(', ')}`,
  parse: (text) => text.split(',').map((kind) => parseChoice(kind, 'a kind of line', JOURNAL_KINDS)),
  fallback: undefined,
  fallbackText: 'all',
};

export const AFTER_LINE: Setting<number | undefined> = {
  name: 'after',
  placeholder: '<number>',
  description: 'only what came after the line of this number',
  parse: (text) => parseWholeNumber(text, 'the number of a line', 0, 999_999_999_999_999),
  fallback: undefined,
  fallbackText: 'from the oldest that is remembered',
};

export const LINES_MAX: Setting<number | undefined> = {
  name: 'limit',
  placeholder: '<number>',
  description: 'so many lines at most',
  parse: (text) => parseWholeNumber(text, 'a number of lines', 1, COUNT_MAX),
  fallback: undefined,
  fallbackText: 'all',
};

function parseRegions(text: string): Readonly<Record<string, readonly string[]>> {
  const regions: Record<string, string[]> = {};
  for (const part of text.split('/')) {
    const [region = '', names = '', ...rest] = part.split('=').map((word) => word.trim());
    const peers = names.split(',').map((name) => name.trim());
    if (!isId(region) || !peers.every(isId) || rest.length > 0 || region in regions) {
      throw new RangeError(`${JSON.stringify(text)} does not say who is where: write eu=p1,p2/us=p3, each region once`);
    }
    regions[region] = peers;
  }
  return regions;
}
