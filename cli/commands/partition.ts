import type { Command } from '../Command.ts';
import { ACCESS_SETTINGS } from '../settings/accessSettings.ts';
import { IN_FLIGHT, STEP } from '../settings/partitionSettings.ts';
import { EPOCH } from '../settings/networkSettings.ts';
import { JSON_OUTPUT } from '../settings/sharedSettings.ts';

export const partitionCommand: Command = {
  name: 'partition',
  summary: 'cut the network of a cluster into groups',
  description:
    'Cuts the network: peers of one group hear each other, peers of different groups do not. Peers that no group names form one further group; a client of the cluster that no group names reaches every one. Or by the name of a shape: halves, majority-minority, isolate-leader, isolate:ID, ring, bridge, bridge:ID, one-way, one-way:ID, swizzle. Replaces the partition before it; "whitewater heal" ends it.',
  args: [
    { name: '<groups>', description: 'names with commas between them, groups with bars between them; or a shape' },
  ],
  settings: [STEP, IN_FLIGHT, EPOCH, ...ACCESS_SETTINGS, JSON_OUTPUT],
  examples: [
    { line: 'whitewater partition "p1,p2|p3,p4,p5"', what: 'two against three' },
    { line: 'whitewater partition "p1|p2|p3"', what: 'each alone' },
    { line: 'whitewater partition p1,p2', what: 'these two against all others' },
    { line: 'whitewater partition ring', what: 'each sees a majority, no two the same one' },
    { line: 'whitewater partition swizzle --step 1s', what: 'cut off one by one, back in another order' },
    { line: 'whitewater partition "p1|p2,p3" --cluster blue --url http://10.0.0.7:7070', what: 'somewhere else' },
  ],
  run: async (invocation) => {
    const { cutAsTold } = await import('../control/cutNetwork.ts');
    return cutAsTold(invocation, invocation.args[0] ?? '');
  },
};
