import type { Command } from '../Command.ts';
import { parseTimeMs } from '../../client/scenario/duration.ts';
import { ACCESS_SETTINGS } from '../settings/accessSettings.ts';
import type { Setting } from '../settings/Setting.ts';
import { JSON_OUTPUT } from '../settings/sharedSettings.ts';

const FOR: Setting<number> = {
  name: 'for',
  placeholder: '<duration>',
  description: 'refuse its new connections for this long',
  parse: (text) => Math.round(parseTimeMs(text)),
  fallback: 0,
  fallbackText: '0, it may come back at once',
};

export const disconnectCommand: Command = {
  name: 'disconnect',
  summary: "cut a peer's connection to the relay",
  description:
    "Cuts a peer's connection to the relay, as a network does that fails. The peer connects again by itself; with --for the relay refuses it meanwhile.",
  args: [{ name: '<peer>', description: 'name of the peer, or leader' }],
  settings: [FOR, ...ACCESS_SETTINGS, JSON_OUTPUT],
  examples: [
    { line: 'whitewater disconnect p1', what: 'once; it comes back by itself' },
    { line: 'whitewater disconnect p1 --for 5s', what: 'and stays away for five seconds' },
  ],
  run: async (invocation) => {
    const { disconnectPeer } = await import('../control/disconnectPeer.ts');
    return disconnectPeer(invocation, invocation.settings.get(FOR));
  },
};
