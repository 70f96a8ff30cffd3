import type { Command } from '../Command.ts';
import { ACCESS_SETTINGS } from '../settings/accessSettings.ts';
import { JSON_OUTPUT, switchSetting } from '../settings/sharedSettings.ts';
import { CHANGE_TIMEOUT } from '../settings/storeSettings.ts';

const LEARNER = switchSetting({
  name: 'learner',
  description: 'let the new member learn, without a vote',
  fallback: false,
});

export const memberCommand: Command = {
  name: 'member',
  summary: 'add, promote or remove a member of a cluster',
  description:
    'Changes who belongs to a cluster, and ends when that is complete: add makes a running peer a voter as soon as it has caught up, with --learner it only learns; promote makes a learner a voter; remove takes a peer out, the leader too.',
  args: [
    { name: '<change>', description: 'add, promote or remove' },
    { name: '<peer>', description: 'name of the peer, which runs already' },
  ],
  settings: [LEARNER, CHANGE_TIMEOUT, ...ACCESS_SETTINGS, JSON_OUTPUT],
  examples: [
    { line: 'whitewater member add p6', what: 'p6, started with "whitewater peer --id p6", votes' },
    { line: 'whitewater member add p7 --learner', what: 'p7 learns' },
    { line: 'whitewater member promote p7', what: 'and votes' },
    { line: 'whitewater member remove p1', what: 'p1 may be stopped now' },
  ],
  run: async (invocation) => {
    const { changeMember } = await import('../store/members.ts');
    return changeMember(invocation, invocation.settings.get(LEARNER));
  },
};
