import type { Command } from '../Command.ts';
import { REVISION, WRITE_SETTINGS } from '../settings/storeSettings.ts';

const REVISION_TO_SET = { ...REVISION, fallbackText: 'none, must be given' };

export const casCommand: Command = {
  name: 'cas',
  summary: 'write a value if nobody else has',
  description:
    'Compare and set: writes a value if the key still has the revision that was read. Ends with exit code 8 when it has another one.',
  args: [
    { name: '<key>', description: 'name of the key' },
    { name: '<value>', description: 'the value, or - for what standard input holds' },
  ],
  settings: [REVISION_TO_SET, ...WRITE_SETTINGS],
  examples: [
    { line: 'whitewater cas colour green --revision 1', what: 'if nobody wrote it since' },
    { line: 'whitewater cas lock me --revision 0', what: 'if there is no such key' },
  ],
  run: async (invocation) => (await import('../store/keys.ts')).compareAndSetKey(invocation),
};
