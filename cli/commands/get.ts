import type { Command } from '../Command.ts';
import { READ_SETTINGS } from '../settings/storeSettings.ts';

export const getCommand: Command = {
  name: 'get',
  summary: 'print the value of a key',
  description:
    'Prints the value of a key of the store that a cluster replicates. With --json, its revision too. Ends with exit code 8 when there is no such key.',
  args: [{ name: '<key>', description: 'name of the key' }],
  settings: [...READ_SETTINGS],
  examples: [
    { line: 'whitewater get colour', what: 'as it is now' },
    { line: 'whitewater get colour --read stale --at p2', what: 'as p2 sees it, leader or not' },
  ],
  run: async (invocation) => (await import('../store/keys.ts')).getKey(invocation),
};
