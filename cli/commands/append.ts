import type { Command } from '../Command.ts';
import { WRITE_SETTINGS } from '../settings/storeSettings.ts';

export const appendCommand: Command = {
  name: 'append',
  summary: 'add to the end of a value',
  description:
    'Adds to the end of a value; a key that is not there has an empty one. Exactly once, however often it has to be sent.',
  args: [
    { name: '<key>', description: 'name of the key' },
    { name: '<value>', description: 'the value, or - for what standard input holds' },
  ],
  settings: [...WRITE_SETTINGS],
  examples: [{ line: 'whitewater append log "one more"', what: 'prints the revision of the key afterwards' }],
  run: async (invocation) => (await import('../store/keys.ts')).appendToKey(invocation),
};
