import type { Command } from '../Command.ts';
import { ACCESS_SETTINGS } from '../settings/accessSettings.ts';
import { EPOCH } from '../settings/networkSettings.ts';
import { JSON_OUTPUT } from '../settings/sharedSettings.ts';

export const seedCommand: Command = {
  name: 'seed',
  summary: 'draw the fates of frames from a seed',
  description:
    'Sets what the fates of frames are drawn from, and begins the counters of all links anew: the same seed and the same frames have the same fates.',
  args: [{ name: '<text>', description: 'any text' }],
  settings: [EPOCH, ...ACCESS_SETTINGS, JSON_OUTPUT],
  examples: [{ line: 'whitewater seed monday', what: 'from now on' }],
  run: async (invocation) => (await import('../network/networkCommands.ts')).setSeed(invocation),
};
