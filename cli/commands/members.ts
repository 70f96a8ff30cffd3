import type { Command } from '../Command.ts';
import { ACCESS_SETTINGS } from '../settings/accessSettings.ts';
import { JSON_OUTPUT } from '../settings/sharedSettings.ts';
import { TIMEOUT } from '../settings/storeSettings.ts';

export const membersCommand: Command = {
  name: 'members',
  summary: 'show who belongs to a cluster',
  description: 'Prints who votes in a cluster and who only learns, as its leader tells it.',
  settings: [TIMEOUT, ...ACCESS_SETTINGS, JSON_OUTPUT],
  examples: [{ line: 'whitewater members', what: 'of the only cluster of the relay' }],
  run: async (invocation) => (await import('../store/members.ts')).printMembers(invocation),
};
