import type { Command } from '../Command.ts';
import { ACCESS_SETTINGS } from '../settings/accessSettings.ts';
import { SPEED } from '../settings/runSettings.ts';
import { JSON_OUTPUT } from '../settings/sharedSettings.ts';

export const replayCommand: Command = {
  name: 'replay',
  summary: 'feed the faults of a journal to a cluster that runs',
  description:
    'Puts the faults of a journal in force again, with its seed and at its times, counted from its first line: partitions as they were, whoever leads now, rules, profiles, releases, heals, sockets that were cut, and peers that were asked to time out. Heals the network first, and leaves it as the journal does. Ends with exit code 1 when the relay refused a change, as it does for peers that it does not know; clients may come later.',
  args: [{ name: '<file>', description: 'what "whitewater journal" or "whitewater run --journal" wrote' }],
  settings: [SPEED, ...ACCESS_SETTINGS, JSON_OUTPUT],
  examples: [
    { line: 'whitewater replay run.ndjson', what: 'to the only cluster of the relay' },
    { line: 'whitewater replay run.ndjson --cluster blue --speed 2', what: 'in half the time' },
  ],
  run: async (invocation) => (await import('../replay/replay.ts')).replay(invocation),
};
