import { parseDurationMs } from '../../client/scenario/duration.ts';
import { parseHttpAddress } from '../parse/relayAddress.ts';
import type { Setting } from './Setting.ts';
import { switchSetting, textSetting, URL_OF_RELAY } from './sharedSettings.ts';

/** A relay that runs already, for commands that otherwise start one. */
export const URL_OF_RUNNING: Setting<string | undefined> = {
  ...URL_OF_RELAY,
  flagOnly: true,
  description: 'use this relay and its peers instead of starting some',
  parse: parseHttpAddress,
  fallback: undefined,
  fallbackText: 'none, start a relay and peers',
};

export const JOURNAL_FILE = textSetting({
  name: 'journal',
  placeholder: '<file>',
  description: 'keep the journal of the run in this file',
});

export const RUN_SEED = textSetting({
  name: 'seed',
  placeholder: '<text>',
  description: 'what the network, the timeouts and the draws are drawn from',
  fallbackText: "the scenario's, or drawn at random",
});

export const RUN_JSON = switchSetting({
  name: 'json',
  description: 'print the result of each scenario as JSON instead of a timeline',
  fallback: false,
});

/** So that a second takes a quarter of an hour, or a millisecond. */
const SPEED_MIN = 0.001;
const SPEED_MAX = 1000;

export const SPEED: Setting<number> = {
  name: 'speed',
  placeholder: '<factor>',
  description: 'so many times as fast as it was',
  parse: (text) => {
    const factor = Number(text);
    if (factor >= SPEED_MIN && factor <= SPEED_MAX) return factor;
    throw new RangeError(`${JSON.stringify(text)} is not a speed: give a number from ${SPEED_MIN} to ${SPEED_MAX}`);
  },
  fallback: 1,
  fallbackText: '1',
};

const MINUTES_MAX = 10_000;

export const MINUTES: Setting<number> = {
  name: 'minutes',
  placeholder: '<number>',
  description: 'for so long; fractions are fine, and so are durations such as 30s',
  parse: (text) => {
    const minutes = minutesIn(text);
    if (minutes > 0 && minutes <= MINUTES_MAX) return minutes;
    const legal = `write 10, 0.5, 30s or 2m, above 0 and up to ${MINUTES_MAX} minutes`;
    throw new RangeError(`${JSON.stringify(text)} is not a number of minutes: ${legal}`);
  },
  fallback: 1,
  fallbackText: '1',
};

/** NaN when it is none. */
function minutesIn(text: string): number {
  if (/^[\d.]+$/.test(text.trim())) return Number(text);
  try {
    return parseDurationMs(text) / 60_000;
  } catch {
    return Number.NaN;
  }
}
