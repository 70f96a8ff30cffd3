import type { Command } from '../Command.ts';
import { ACCESS_SETTINGS } from '../settings/accessSettings.ts';
import { CHANGE_SETTINGS } from '../settings/networkSettings.ts';
import { JSON_OUTPUT } from '../settings/sharedSettings.ts';

export const networkCommand: Command = {
  name: 'network',
  summary: 'show all faults in force, or replace them by those of a file',
  description:
    'Shows the faults in force. With a file of YAML or JSON (rules, partition, profile, seed), puts those in force in one step; what the file leaves out is not in force afterwards, but for the seed, which stays.',
  args: [{ name: '[file]', description: 'YAML or JSON' }],
  settings: [...CHANGE_SETTINGS, ...ACCESS_SETTINGS, JSON_OUTPUT],
  examples: [
    { line: 'whitewater network', what: 'epoch, seed, profile, partition, rules' },
    { line: 'whitewater network bad-day.yaml', what: 'all of it, in one step' },
  ],
  run: async (invocation) => (await import('../network/networkCommands.ts')).changeNetwork(invocation),
};
