import type { Command } from '../Command.ts';
import { REVISION, WRITE_SETTINGS } from '../settings/storeSettings.ts';

export const deleteCommand: Command = {
  name: 'delete',
  summary: 'delete a key',
  description:
    'Deletes a key; with --revision, only if it has that revision. Ends with exit code 8 when there is no such key, or it has another revision.',
  args: [{ name: '<key>', description: 'name of the key' }],
  settings: [REVISION, ...WRITE_SETTINGS],
  examples: [
    { line: 'whitewater delete colour', what: 'whatever it holds' },
    { line: 'whitewater delete lock --revision 7', what: 'if nobody wrote it since' },
  ],
  run: async (invocation) => (await import('../store/keys.ts')).deleteKey(invocation),
};
