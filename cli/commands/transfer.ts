import type { Command } from '../Command.ts';
import { WRITE_SETTINGS } from '../settings/storeSettings.ts';

export const transferCommand: Command = {
  name: 'transfer',
  summary: 'hand leadership to another voter',
  description: 'Hands leadership to another voter, which is elected at once, without waiting for a timeout.',
  args: [{ name: '<peer>', description: 'name of the peer that is to lead' }],
  settings: [...WRITE_SETTINGS],
  examples: [{ line: 'whitewater transfer p2', what: 'p2 leads, if it can' }],
  run: async (invocation) => (await import('../store/members.ts')).transferTo(invocation),
};
