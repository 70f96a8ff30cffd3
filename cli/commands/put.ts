import type { Command } from '../Command.ts';
import { WRITE_SETTINGS } from '../settings/storeSettings.ts';

export const putCommand: Command = {
  name: 'put',
  summary: 'write the value of a key',
  description: 'Writes a value, in place of the one before. Exactly once, however often it has to be sent.',
  args: [
    { name: '<key>', description: 'name of the key' },
    { name: '<value>', description: 'the value, or - for what standard input holds' },
  ],
  settings: [...WRITE_SETTINGS],
  examples: [
    { line: 'whitewater put colour blue', what: 'prints the revision of the key afterwards' },
    { line: 'whitewater put notes - < notes.txt', what: 'from a file' },
  ],
  run: async (invocation) => (await import('../store/keys.ts')).putKey(invocation),
};
