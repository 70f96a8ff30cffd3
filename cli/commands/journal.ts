import type { Command } from '../Command.ts';
import { ACCESS_SETTINGS } from '../settings/accessSettings.ts';
import { AFTER_LINE, FOLLOW, KINDS, LINES_MAX, OUTPUT } from '../settings/networkSettings.ts';

export const journalCommand: Command = {
  name: 'journal',
  summary: "print every frame's fate, every fault and every status",
  description:
    "Prints what happened in a cluster's network, one JSON object a line: the fate of every frame and its cause, every change of the faults, connections, statuses. The relay remembers the newest; the first line says how many are forgotten.",
  settings: [FOLLOW, OUTPUT, KINDS, AFTER_LINE, LINES_MAX, ...ACCESS_SETTINGS],
  examples: [
    { line: 'whitewater journal --output run.ndjson', what: 'for "whitewater replay run.ndjson"' },
    { line: 'whitewater journal --follow --kinds faults,connection', what: 'as it happens' },
  ],
  run: async (invocation) => (await import('../network/journal.ts')).printJournal(invocation),
};
