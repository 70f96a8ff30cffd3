import type { Rule } from '../../shared/http/Rule.ts';
import { parseTimeMs } from '../../client/scenario/duration.ts';
import { parseDelayOrFile } from '../parse/delay.ts';
import { parseBytes, parseRate, parseShare, parseWholeNumber } from '../parse/numbers.ts';
import { parseChoice } from '../parse/switch.ts';
import type { Setting } from './Setting.ts';
import { switchSetting, textSetting } from './sharedSettings.ts';

type BurstLoss = Exclude<NonNullable<Rule['drop']>, number>;

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
  description:
    'deliver later: 50ms, 50..200ms, normal(50ms, 10ms), exponential(20ms), pareto(10ms, 1.5); or @FILE, samples in ms, one a line',
  parse: parseDelayOrFile,
});
export const BURSTS: Setting<BurstLoss | undefined> = faultSetting({
  name: 'bursts',
  placeholder: '<shares>',
  description:
    'lose in bursts: the chance at each frame to get into one, and out of it, such as 0.01/0.2; more: lost outside/within, such as 0.01/0.2/0.001/0.9',
  parse: parseBursts,
});
export const DUPLICATE = shareSetting('duplicate', 'deliver this share of the frames twice');
export const COPIES: Setting<number | undefined> = faultSetting({
  name: 'copies',
  placeholder: '<number>',
  description: 'with --duplicate: so many further copies and not one',
  parse: (text) => parseWholeNumber(text, 'a number of copies', 1, 10),
});
export const COPY_DELAY = faultSetting({
  name: 'copyDelay',
  placeholder: '<delay>',
  description: 'with --duplicate: each copy so much later, written as for --delay',
  parse: parseDelayOrFile,
});
export const REORDER = shareSetting('reorder', 'let this share of the frames come out of order, by 0 to 50ms');
export const REORDER_DELAY = faultSetting({
  name: 'reorderDelay',
  placeholder: '<delay>',
  description: 'with --reorder: by so much and not 0 to 50ms, written as for --delay',
  parse: parseDelayOrFile,
});
export const CORRUPT = shareSetting('corrupt', 'damage the text of this share of the frames');
export const RATE = faultSetting({
  name: 'rate',
  placeholder: '<bytes/s>',
  description: 'bandwidth of each link, such as 10kB/s or 1MiB/s',
  parse: parseRate,
});
export const QUEUE: Setting<number | undefined> = faultSetting({
  name: 'queue',
  placeholder: '<bytes>',
  description: 'with --rate: drop what would wait behind more than this, such as 16KiB, and not 64KiB',
  parse: (text) => parseBytes(text, '0', '64MiB'),
});
export const HOLD = switchSetting({
  name: 'hold',
  description: 'hold the frames back until "whitewater release", or until the rule is removed',
  fallback: false,
});
export const DISCONNECT = shareSetting('disconnect', "lose this share of the frames and close the sender's socket");
export const DISCONNECT_END: Setting<'sender' | 'receiver' | undefined> = faultSetting({
  name: 'disconnectEnd',
  placeholder: '<end>',
  description: 'with --disconnect: whose socket is closed, sender or receiver',
  parse: (text) => parseChoice(text, 'an end of a link', ['sender', 'receiver'] as const),
});
export const ACCEPT = faultSetting({
  name: 'accept',
  placeholder: '<delay>',
  description: 'answer connections of FROM so much later, written as for --delay',
  parse: parseDelayOrFile,
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
  ...[DROP, BURSTS, DELAY, DUPLICATE, COPIES, COPY_DELAY, REORDER, REORDER_DELAY, CORRUPT, RATE, QUEUE, HOLD],
  ...[DISCONNECT, DISCONNECT_END, ACCEPT, BOTH, TYPES],
  ...[SKIP, EVERY, FIRST, PROBABILITY, START_AFTER, TTL, FLAP],
] as const;

/** Loss outside a burst, and within it, are the relay's to choose unless they are told. */
function parseBursts(text: string): BurstLoss {
  const shares = text.split('/');
  const [goodToBad, badToGood, lossGood, lossBad] = shares.map((share) => parseShare(share));
  if (goodToBad === undefined || badToGood === undefined || shares.length === 3 || shares.length > 4) {
    throw new RangeError(
      `${JSON.stringify(text)} is not two or four shares with slashes between them: write 0.01/0.2 or 0.01/0.2/0/1`,
    );
  }
  if (lossGood === undefined || lossBad === undefined) return { goodToBad, badToGood };
  return { goodToBad, badToGood, lossGood, lossBad };
}

function parseFlap(text: string): NonNullable<Rule['flap']> {
  const [on, off, ...rest] = text.split('/');
  if (on === undefined || off === undefined || rest.length > 0) {
    throw new RangeError(`${JSON.stringify(text)} is not two durations with a slash between them: write 1s/2s`);
  }
  return { onMs: parseTimeMs(on), offMs: parseTimeMs(off) };
}
