import type { Command } from '../Command.ts';
import { ACCESS_SETTINGS } from '../settings/accessSettings.ts';
import { EPOCH } from '../settings/networkSettings.ts';
import { JSON_OUTPUT, switchSetting } from '../settings/sharedSettings.ts';

const EACH = switchSetting({
  name: 'each',
  description: 'cut the named peers off from each other too, each alone',
  fallback: false,
});

export const isolateCommand: Command = {
  name: 'isolate',
  summary: 'cut some peers off from all others',
  description:
    'Cuts the named peers off from all others. Several stay together, as one group that the rest does not hear, unless --each puts every one alone. Replaces the partition before it; "whitewater heal" ends it.',
  args: [{ name: '<peers...>', description: 'names of peers, or leader, with spaces or commas between them' }],
  settings: [EACH, EPOCH, ...ACCESS_SETTINGS, JSON_OUTPUT],
  examples: [
    { line: 'whitewater isolate p1', what: 'p1 alone' },
    { line: 'whitewater isolate p1 p2', what: 'p1 and p2 together, against the rest' },
    { line: 'whitewater isolate p1 p2 --each', what: 'p1 alone, p2 alone, the rest together' },
  ],
  run: async (invocation) => {
    const { parseGroups } = await import('../parse/groups.ts');
    const { cutNetwork } = await import('../control/cutNetwork.ts');
    const ids = parseGroups(invocation.args.join(',')).flat();
    return cutNetwork(invocation, invocation.settings.get(EACH) ? ids.map((id) => [id]) : [ids]);
  },
};
