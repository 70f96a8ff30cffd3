import type { Command } from '../Command.ts';
import {
  JSON_OUTPUT,
  PLAIN,
  switchSetting,
  TOKEN,
  TOKEN_FILE,
  URL_OF_RELAY,
  WHICH_CLUSTER,
} from '../settings/sharedSettings.ts';

const WATCH = switchSetting({
  name: 'watch',
  description: 'go on showing what changes, until Ctrl-C',
  fallback: false,
});

const SOME_CLUSTER = { ...WHICH_CLUSTER, fallbackText: 'all; with --watch the only one' };

export const statusCommand: Command = {
  name: 'status',
  summary: "show who leads, and every peer's role and term",
  description:
    'Shows every cluster of a relay, or one, with the role, term and leader of each peer as it tells them itself. With --json, the answer of GET /api/clusters/CLUSTER for each of them, one after the other; with --watch too, one line of JSON for each change.',
  settings: [WATCH, JSON_OUTPUT, PLAIN, URL_OF_RELAY, SOME_CLUSTER, TOKEN, TOKEN_FILE],
  examples: [
    { line: 'whitewater status', what: 'once' },
    { line: 'whitewater status --watch', what: 'a live table on a terminal, lines of events elsewhere' },
    { line: 'whitewater status --json', what: 'for programs' },
  ],
  run: async (invocation) => {
    if (invocation.settings.get(WATCH)) return (await import('../status/watchStatus.ts')).watchStatus(invocation);
    return (await import('../status/printStatus.ts')).printStatus(invocation);
  },
};
