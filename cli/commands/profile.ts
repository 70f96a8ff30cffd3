import type { Command } from '../Command.ts';
import { ACCESS_SETTINGS } from '../settings/accessSettings.ts';
import { CHANGE_SETTINGS, REGIONS } from '../settings/networkSettings.ts';
import { JSON_OUTPUT } from '../settings/sharedSettings.ts';

export const profileCommand: Command = {
  name: 'profile',
  summary: 'show the kind of network, or choose another',
  description:
    'Shows the profile in force, or puts one in its place: reliable, labrpc-unreliable, labrpc-long-reordering, lan, wan, flaky, or one of your own from a file of YAML or JSON (name, rules). Rules and partition stay in force.',
  args: [{ name: '[profile]', description: 'its name, or a file' }],
  settings: [REGIONS, ...CHANGE_SETTINGS, ...ACCESS_SETTINGS, JSON_OUTPUT],
  examples: [
    { line: 'whitewater profile labrpc-unreliable', what: "the lab's: a tenth lost, the rest late" },
    { line: 'whitewater profile wan --regions eu=p1,p2/us=p3', what: 'far from each other' },
    { line: 'whitewater profile ./ours.yaml', what: 'of your own' },
  ],
  run: async (invocation) => (await import('../network/networkCommands.ts')).changeProfile(invocation),
};
