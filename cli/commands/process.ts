import type { Command } from '../Command.ts';
import { ACCESS_SETTINGS } from '../settings/accessSettings.ts';
import { PROCESS_SETTINGS } from '../settings/processSettings.ts';
import { JSON_OUTPUT } from '../settings/sharedSettings.ts';

export const processCommand: Command = {
  name: 'process',
  summary: 'stop, start and pause peers of "whitewater up", or change their settings',
  description:
    'Does something to the processes of peers that "whitewater up" started: list shows them; stop lets one end by itself, kill does not; start starts it again, restart stops it first; pause stops it in its tracks (SIGSTOP), and resume lets it go on. settings starts all that run anew, one after the other, with other times and rules of elections; what is left out stays as it is.',
  args: [
    { name: '<action>', description: 'list, stop, kill, start, restart, pause, resume or settings' },
    { name: '[peers...]', description: 'names of peers, or leader' },
  ],
  settings: [...PROCESS_SETTINGS, ...ACCESS_SETTINGS, JSON_OUTPUT],
  examples: [
    { line: 'whitewater process list', what: 'the process of each peer, and the settings of all' },
    { line: 'whitewater process kill p1', what: 'p1 stays away until it is started' },
    { line: 'whitewater process start p1', what: 'and is back' },
    { line: 'whitewater process pause p2 p3', what: 'both say nothing and hear nothing' },
    { line: 'whitewater process settings --no-check-quorum', what: 'a leader that is cut off goes on believing' },
    { line: 'whitewater process settings --heartbeat 500ms --election-timeout 3s..6s', what: 'slow enough to watch' },
  ],
  run: async (invocation) => (await import('../control/controlProcesses.ts')).controlProcesses(invocation),
};
