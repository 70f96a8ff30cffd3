import type { Command } from '../Command.ts';
import { ACCESS_SETTINGS } from '../settings/accessSettings.ts';
import { JSON_OUTPUT } from '../settings/sharedSettings.ts';

export const timeoutCommand: Command = {
  name: 'timeout',
  summary: 'let the election timer of a peer run out',
  description:
    'Asks a peer to take its election timer for run out now. All else is as in any election: with PreVote it asks first, and those who hear a leader refuse. Whoever leads, learns or never leads has no such timer and does nothing.',
  args: [{ name: '<peer>', description: 'name of the peer, or leader' }],
  settings: [...ACCESS_SETTINGS, JSON_OUTPUT],
  examples: [{ line: 'whitewater timeout p2', what: 'p2 stands for election, or asks whether it may' }],
  run: async (invocation) => (await import('../control/timeOutPeer.ts')).timeOutPeer(invocation),
};
