import type { Command } from '../Command.ts';
import { ACCESS_SETTINGS } from '../settings/accessSettings.ts';
import { CHANGE_SETTINGS } from '../settings/networkSettings.ts';
import { JSON_OUTPUT } from '../settings/sharedSettings.ts';

export const healCommand: Command = {
  name: 'heal',
  summary: 'end every fault of a cluster',
  description:
    'Makes the network of a cluster whole: ends its partition and every rule, puts the profile reliable in force, and refuses no peer any longer.',
  settings: [...CHANGE_SETTINGS, ...ACCESS_SETTINGS, JSON_OUTPUT],
  examples: [
    { line: 'whitewater heal', what: 'the only cluster of the relay on this machine' },
    { line: 'whitewater heal --cluster blue', what: 'one of several' },
  ],
  run: async (invocation) => {
    const { chosenCluster, relayAccess } = await import('../live/relayAccess.ts');
    const { remarkUninhabited } = await import('../live/uninhabited.ts');
    const { printAnswer, reachText } = await import('../control/printAnswer.ts');
    const { changeOptions } = await import('../network/changeOptions.ts');
    const access = relayAccess(invocation.settings);
    const cluster = await chosenCluster(access, invocation.settings);
    const answer = await access.client.heal(cluster, changeOptions(invocation.settings));
    await remarkUninhabited(access, invocation);
    printAnswer(invocation, answer, `${cluster}: healed; ${reachText(answer)}`);
    return 0;
  },
};
