import type { Command } from '../Command.ts';
import { ACCESS_SETTINGS } from '../settings/accessSettings.ts';
import { JSON_OUTPUT } from '../settings/sharedSettings.ts';

export const rulesCommand: Command = {
  name: 'rules',
  summary: 'show the rules in force and how often each struck',
  description:
    'Shows the rules in force, those of the profile in brackets: how many frames each meant, and how many it struck, by fault.',
  settings: [...ACCESS_SETTINGS, JSON_OUTPUT],
  examples: [{ line: 'whitewater rules', what: 'of the only cluster of the relay' }],
  run: async (invocation) => (await import('../network/networkCommands.ts')).printRules(invocation),
};
