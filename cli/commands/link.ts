import type { Command } from '../Command.ts';
import { ACCESS_SETTINGS } from '../settings/accessSettings.ts';
import { NAME, REMOVE, RULE_SETTINGS } from '../settings/linkSettings.ts';
import { CHANGE_SETTINGS } from '../settings/networkSettings.ts';
import { JSON_OUTPUT } from '../settings/sharedSettings.ts';

export const linkCommand: Command = {
  name: 'link',
  summary: 'lose, delay, double, hold or damage frames between some endpoints',
  description:
    'Puts a rule in force: faults on the frames from some endpoints to others. FROM and TO are an id, several as p1,p2, or a word: * peer client leader follower candidate learner, which means whoever is that at the moment. A rule of the same name is replaced; --remove takes one away.',
  args: [
    { name: '[from]', description: 'who sends' },
    { name: '[to]', description: 'who receives' },
  ],
  settings: [...RULE_SETTINGS, NAME, REMOVE, ...CHANGE_SETTINGS, ...ACCESS_SETTINGS, JSON_OUTPUT],
  examples: [
    { line: 'whitewater link p1 p2 --drop 0.3 --delay 50..200ms', what: 'one direction' },
    { line: 'whitewater link leader "*" --delay 1s --types AppendEntries', what: 'whoever leads is late' },
    { line: 'whitewater link p1,p2 p3 --drop 1 --both --flap 1s/2s --ttl 1m', what: 'cut, and whole again, in turn' },
    { line: 'whitewater link p1 "*" --hold --name stuck', what: 'until "whitewater release stuck"' },
    { line: 'whitewater link --remove p1-p2', what: 'end it; frames that it delays come now' },
  ],
  run: async (invocation) => (await import('../network/link.ts')).changeLink(invocation),
};
