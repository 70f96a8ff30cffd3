import type { Command } from '../Command.ts';
import { ACCESS_SETTINGS } from '../settings/accessSettings.ts';
import { JSON_OUTPUT } from '../settings/sharedSettings.ts';
import { AFTER_REVISION } from '../settings/storeSettings.ts';

export const watchCommand: Command = {
  name: 'watch',
  summary: 'print what changes in the store',
  description:
    'Prints a line for each change of a key with a prefix, or of any, until Ctrl-C. Waits through a cluster without a leader, and misses nothing.',
  args: [{ name: '[prefix]', description: 'only keys that begin with this' }],
  settings: [AFTER_REVISION, ...ACCESS_SETTINGS, JSON_OUTPUT],
  examples: [
    { line: 'whitewater watch', what: 'every change from now on' },
    { line: 'whitewater watch users/ --after-revision 0 --json', what: 'from the beginning, one JSON object a line' },
  ],
  run: async (invocation) => (await import('../store/watchKeys.ts')).watchKeys(invocation),
};
