import type { Command } from '../Command.ts';
import { ACCESS_SETTINGS } from '../settings/accessSettings.ts';
import { JSON_OUTPUT } from '../settings/sharedSettings.ts';

export const partitionCommand: Command = {
  name: 'partition',
  summary: 'cut the network of a cluster into groups',
  description:
    'Cuts the network: peers of one group hear each other, peers of different groups do not. Peers that no group names form one further group; a client of the cluster that no group names reaches every one. Replaces the partition before it; "whitewater heal" ends it.',
  args: [{ name: '<groups>', description: 'names with commas between them, groups with bars between them' }],
  settings: [...ACCESS_SETTINGS, JSON_OUTPUT],
  examples: [
    { line: 'whitewater partition "p1,p2|p3,p4,p5"', what: 'two against three' },
    { line: 'whitewater partition "p1|p2|p3"', what: 'each alone' },
    { line: 'whitewater partition p1,p2', what: 'these two against all others' },
    { line: 'whitewater partition "p1|p2,p3" --cluster blue --url http://10.0.0.7:7070', what: 'somewhere else' },
  ],
  run: async (invocation) => {
    const { parseGroups } = await import('../parse/groups.ts');
    const { cutNetwork } = await import('../control/cutNetwork.ts');
    return cutNetwork(invocation, parseGroups(invocation.args[0] ?? ''));
  },
};
