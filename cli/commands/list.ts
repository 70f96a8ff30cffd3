import type { Command } from '../Command.ts';
import { AFTER, LIMIT, READ_SETTINGS } from '../settings/storeSettings.ts';

export const listCommand: Command = {
  name: 'list',
  summary: 'print keys and their values',
  description:
    'Prints the keys with a prefix, or all, each with its value, in order. A page at a time is read, so that a long list is no single moment of the store.',
  args: [{ name: '[prefix]', description: 'only keys that begin with this' }],
  settings: [LIMIT, AFTER, ...READ_SETTINGS],
  examples: [
    { line: 'whitewater list', what: 'all' },
    { line: 'whitewater list users/ --limit 10 --json', what: 'ten of them, with their revisions' },
  ],
  run: async (invocation) => (await import('../store/keys.ts')).listKeys(invocation),
};
