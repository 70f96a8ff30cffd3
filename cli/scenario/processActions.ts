import type { Action } from './Action.ts';
import type { Place } from './Place.ts';
import { sightOf } from '../../client/scenario/who.ts';
import type { Processes, Stage } from '../../client/scenario/Stage.ts';
import { idsOf, whoText, type Scope } from '../../client/scenario/who.ts';
import { readPeer, readPeers } from './readWho.ts';
import { WhitewaterError } from '../../shared/errors.ts';

/** What can be done to a peer's process, and what comes of it. */
export const PROCESS_ACTIONS = {
  kill: ['killed', (processes: Processes, id: string) => processes.kill(id)],
  stop: ['stopped', (processes: Processes, id: string) => processes.stop(id)],
  start: ['started', (processes: Processes, id: string) => processes.start(id)],
  restart: [
    'killed and started',
    async (processes: Processes, id: string) => {
      await processes.kill(id);
      await processes.start(id);
    },
  ],
  pause: ['paused', async (processes: Processes, id: string) => processes.pause(id)],
  resume: ['resumed', async (processes: Processes, id: string) => processes.resume(id)],
} as const;

export type ProcessWord = keyof typeof PROCESS_ACTIONS;

export function processAction(word: ProcessWord, place: Place, scope: Scope): Action {
  const whos = readPeers(place, scope);
  const [done, act] = PROCESS_ACTIONS[word];
  return {
    text: `${word} ${whoText(whos)}`,
    needsProcesses: true,
    run: async (stage) => {
      const { processes, network } = stage;
      if (processes === undefined) throw new WhitewaterError('USAGE', `${word} needs processes of its own`);
      const ids = idsOf(whos, sightOf(stage, await network.view()));
      await Promise.all(ids.map((id) => act(processes, id)));
      return `${ids.join(', ')} ${done}`;
    },
  };
}

/** Hands leadership over. */
export function transfer(place: Place, scope: Scope): Action {
  const who = readPeer(place, scope);
  return {
    text: `transfer ${whoText([who])}`,
    needsProcesses: false,
    run: async (stage) => {
      const [to = ''] = idsOf([who], sightOf(stage, await stage.network.view()));
      const { leader, term } = await stage.client.transferLeadership(stage.cluster, to);
      return `leader ${leader ?? 'none'}, term ${term}`;
    },
  };
}

/** `member: { add: p4 }`, `{ learner: p4 }` or `{ remove: p4 }`. */
export function member(place: Place, scope: Scope): Action {
  const fields = place.fields(['add', 'learner', 'remove'], 'a change of members');
  const words = (['add', 'learner', 'remove'] as const).filter((word) => fields.has(word));
  const [word, ...rest] = words;
  if (word === undefined || rest.length > 0) return place.refuse('give one of add, learner, remove');
  const who = readPeer(fields.need(word), scope);
  return {
    text: `member ${word} ${whoText([who])}`,
    needsProcesses: false,
    run: async (stage) => changeMember(stage, word, idsOf([who], sightOf(stage, await stage.network.view()))[0] ?? ''),
  };
}

async function changeMember(
  { client, cluster }: Stage,
  word: 'add' | 'learner' | 'remove',
  id: string,
): Promise<string> {
  if (word === 'remove') await client.removeMember(cluster, id);
  else await client.setMember(cluster, id, word === 'add' ? 'voter' : 'learner');
  const { members } = await client.members(cluster);
  return `members ${members.map((one) => one.id).join(',')}`;
}
