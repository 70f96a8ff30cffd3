import { peerId, type PeerId } from '../../shared/ids.ts';
import { LIST_LIMIT_MAX } from '../../shared/keyValue.ts';
import { parseDurationMs } from '../../client/scenario/duration.ts';
import { parseWholeNumber } from '../parse/numbers.ts';
import { parseChoice } from '../parse/switch.ts';
import { ACCESS_SETTINGS } from './accessSettings.ts';
import type { Setting } from './Setting.ts';
import { JSON_OUTPUT, textSetting } from './sharedSettings.ts';

const TIMEOUT_MS_MAX = 60_000;
const REVISION_MAX = 999_999_999_999_999;

function parseTimeoutMs(text: string): number {
  const timeoutMs = Math.round(parseDurationMs(text));
  if (timeoutMs >= 1 && timeoutMs <= TIMEOUT_MS_MAX) return timeoutMs;
  throw new RangeError(`${JSON.stringify(text)} is not a time to wait: give 1ms to 60s`);
}

export const TIMEOUT: Setting<number> = {
  name: 'timeout',
  placeholder: '<duration>',
  description: 'wait this long for the cluster, 60s at most',
  parse: parseTimeoutMs,
  fallback: 10_000,
  fallbackText: '10s',
};

/** For changes of members: a new voter catches up first. */
export const CHANGE_TIMEOUT: Setting<number> = { ...TIMEOUT, fallback: TIMEOUT_MS_MAX, fallbackText: '60s' };

const CONSISTENCIES = ['linearizable', 'stale'] as const;

export const READ: Setting<(typeof CONSISTENCIES)[number]> = {
  name: 'read',
  placeholder: '<kind>',
  description: 'linearizable: what is true now; stale: as one peer sees it, which may be long behind',
  parse: (text) => parseChoice(text, 'a kind of read', CONSISTENCIES),
  fallback: 'linearizable',
  fallbackText: 'linearizable',
};

export const AT: Setting<PeerId | undefined> = {
  name: 'at',
  placeholder: '<peer>',
  description: 'which peer is to answer',
  parse: peerId,
  fallback: undefined,
  fallbackText: 'the leader; for a stale read, any',
};

export const REVISION: Setting<number | undefined> = {
  name: 'revision',
  placeholder: '<number>',
  description: "only if that is the key's revision; 0 means that the key must not be there",
  parse: (text) => parseWholeNumber(text, 'a revision', 0, REVISION_MAX),
  fallback: undefined,
  fallbackText: 'none',
};

export const AFTER_REVISION: Setting<number | undefined> = {
  name: 'afterRevision',
  placeholder: '<number>',
  description: 'tell every change after this revision, as far back as the peers remember',
  parse: (text) => parseWholeNumber(text, 'a revision', 0, REVISION_MAX),
  fallback: undefined,
  fallbackText: 'the newest one',
};

export const LIMIT: Setting<number | undefined> = {
  name: 'limit',
  placeholder: '<number>',
  description: `print so many keys at most, 1 to ${LIST_LIMIT_MAX}`,
  parse: (text) => parseWholeNumber(text, 'a number of keys', 1, LIST_LIMIT_MAX),
  fallback: undefined,
  fallbackText: 'all',
};

export const AFTER = textSetting({
  name: 'after',
  placeholder: '<key>',
  description: 'only keys behind this one',
});

/** What every command that writes to a cluster takes. */
export const WRITE_SETTINGS = [TIMEOUT, ...ACCESS_SETTINGS, JSON_OUTPUT] as const;
export const READ_SETTINGS = [READ, AT, ...WRITE_SETTINGS] as const;
