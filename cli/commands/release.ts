import type { Command } from '../Command.ts';
import { ACCESS_SETTINGS } from '../settings/accessSettings.ts';
import { OF_PROFILE, RELEASE_FIRST, SHUFFLED } from '../settings/networkSettings.ts';
import { JSON_OUTPUT } from '../settings/sharedSettings.ts';

export const releaseCommand: Command = {
  name: 'release',
  summary: 'let frames go that a rule holds',
  description: 'Delivers the frames that a rule holds. The rule stays, and holds what comes after them.',
  args: [{ name: '<name>', description: 'name of the rule' }],
  settings: [SHUFFLED, RELEASE_FIRST, OF_PROFILE, ...ACCESS_SETTINGS, JSON_OUTPUT],
  examples: [
    { line: 'whitewater release stuck', what: 'in the order of their sending' },
    { line: 'whitewater release stuck --shuffled', what: 'in another' },
  ],
  run: async (invocation) => (await import('../network/networkCommands.ts')).releaseFrames(invocation),
};
