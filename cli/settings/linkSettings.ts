import type { Rule } from '../../shared/http/Rule.ts';
import { parseDelayText } from '../parse/delay.ts';
import { parseTimeMs } from '../parse/duration.ts';
import { parseRate, parseShare, parseWholeNumber } from '../parse/numbers.ts';
import type { Setting } from './Setting.ts';
import { switchSetting, textSetting } from './sharedSettings.ts';

const COUNT_MAX = 1_000_000_000;

function faultSetting<Value>(
  setting: Pick<Setting<Value>, 'name' | 'placeholder' | 'description' | 'parse'>,
): Setting<Value | undefined> {
  return { ...setting, fallback: undefined, fallbackText: 'none' };
}

function shareSetting(name: string, description: string): Setting<number | undefined> {
  return faultSetting({ name, placeholder: '<share>', description, parse: parseShare });
}

function countSetting(name: string, description: string): Setting<number | undefined> {
  const parse = (text: string): number => parseWholeNumber(text, 'a number of frames', 1, COUNT_MAX);
  return faultSetting({ name, placeholder: '<number>', description, parse });
}

function timeSetting(name: string, description: string): Setting<number | undefined> {
  return faultSetting({ name, placeholder: '<duration>', description, parse: parseTimeMs });
}

export const DROP = shareSetting('drop', 'lose this share of the frames, 0 to 1');
export const DELAY = faultSetting({
  name: 'delay',
  placeholder: '<delay>',
  description: 'deliver later: 50ms, 50..200ms, normal(50ms, 10ms), exponential(20ms), pareto(10ms, 1.5)',
  parse: parseDelayText,
});
export const DUPLICATE = shareSetting('duplicate', 'deliver this share of the frames twice');
export const REORDER = shareSetting('reorder', 'let this share of the frames come out of order, by 0 to 50ms');
export const CORRUPT = shareSetting('corrupt', 'damage the text of this share of the frames');
export const RATE = faultSetting({
  name: 'rate',
  placeholder: '<bytes/s>',
  description: 'bandwidth of each link, such as 10kB/s or 1MiB/s',
  parse: parseRate,
});
export const HOLD = switchSetting({
  name: 'hold',
  description: 'hold the frames back until "whitewater release", or until the rule is removed',
  fallback: false,
});
export const DISCONNECT = shareSetting('disconnect', "lose this share of the frames and close the sender's socket");
export const ACCEPT = faultSetting({
  name: 'accept',
  placeholder: '<delay>',
  description: 'answer connections of FROM so much later, written as for --delay',
  parse: parseDelayText,
});
export const BOTH = switchSetting({ name: 'both', description: 'in the other direction too', fallback: false });
export const TYPES: Setting<readonly string[] | undefined> = {
  name: 'types',
  placeholder: '<types>',
  list: true,
  description: 'only messages of these types, such as AppendEntries, or of a kind: @requests, @replies, @client',
  parse: (text) => text.split(',').map((type) => type.trim()),
  fallback: undefined,
  fallbackText: 'all',
};
export const SKIP = countSetting('skip', 'spare the first so many frames of each link');
export const EVERY = countSetting('every', 'of the rest, strike each so manyth only');
export const FIRST = countSetting('first', 'of those, strike the first so many of each link only');
export const PROBABILITY = shareSetting('probability', 'of those, strike this share');
export const START_AFTER = timeSetting('startAfter', 'begin so much later');
export const TTL = timeSetting('ttl', 'end, and be removed, after so long');
export const FLAP: Setting<Rule['flap'] | undefined> = faultSetting({
  name: 'flap',
  placeholder: '<on/off>',
  description: 'be on and off in turn, such as 1s/2s',
  parse: parseFlap,
});
export const NAME = textSetting({
  name: 'name',
  placeholder: '<name>',
  description: 'name of the rule; one of that name is replaced',
  fallbackText: 'FROM-TO',
});
export const REMOVE = textSetting({
  name: 'remove',
  placeholder: '<name>',
  description: 'remove this rule instead',
});
export const RULE_SETTINGS = [
  ...[DROP, DELAY, DUPLICATE, REORDER, CORRUPT, RATE, HOLD, DISCONNECT, ACCEPT, BOTH, TYPES],
  ...[SKIP, EVERY, FIRST, PROBABILITY, START_AFTER, TTL, FLAP],
] as const;

function parseFlap(text: string): NonNullable<Rule['flap']> {
  const [on, off, ...rest] = text.split('/');
  if (on === undefined || off === undefined || rest.length > 0) {
    throw new RangeError(`${JSON.stringify(text)} is not two durations with a slash between them: write 1s/2s`);
  }
  return { onMs: parseTimeMs(on), offMs: parseTimeMs(off) };
}
