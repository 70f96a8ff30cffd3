import { WhitewaterError } from '../../shared/errors.ts';
import type { MembersAnswer } from '../../shared/http/KeyValueAnswers.ts';
import { peerId } from '../../shared/ids.ts';
import type { Invocation } from '../Command.ts';
import { json, printAnswer } from '../control/printAnswer.ts';
import { nearest } from '../../shared/nearest.ts';
import { JSON_OUTPUT } from '../settings/sharedSettings.ts';
import { storeAccess, type StoreAccess } from './storeAccess.ts';

export const MEMBER_CHANGES = ['add', 'promote', 'remove'] as const;
type MemberChange = (typeof MEMBER_CHANGES)[number];

export async function printMembers(invocation: Invocation): Promise<number> {
  const { settings, stdout } = invocation;
  const { client, cluster } = await storeAccess(invocation);
  const answer = await client.members(cluster);
  stdout.write(settings.get(JSON_OUTPUT) ? json(answer) : membersText(answer));
  return 0;
}

/** @param asLearner a new member is to learn only */
export async function changeMember(invocation: Invocation, asLearner: boolean): Promise<number> {
  const [word = '', name = ''] = invocation.args;
  const change = changeOf(word, asLearner);
  const peer = idOf(name);
  const access = await storeAccess(invocation);
  const { client, cluster, wait } = access;
  const answer =
    change === 'remove'
      ? await client.removeMember(cluster, peer, wait)
      : await client.setMember(cluster, peer, asLearner ? 'learner' : 'voter', wait);
  const done = change === 'remove' ? 'is no member any more' : asLearner ? 'learns' : 'votes';
  printAnswer(invocation, answer, `${cluster}: ${peer} ${done}; ${await membersLine(access)}`);
  return 0;
}

export async function transferTo(invocation: Invocation): Promise<number> {
  const to = idOf(invocation.args[0] ?? '');
  const { client, cluster, wait } = await storeAccess(invocation);
  const answer = await client.transferLeadership(cluster, to, wait);
  printAnswer(invocation, answer, `${cluster}: ${to} leads term ${answer.term}`);
  return 0;
}

function changeOf(word: string, asLearner: boolean): MemberChange {
  const change = MEMBER_CHANGES.find((known) => known === word);
  if (change === undefined) {
    const meant = nearest(word, MEMBER_CHANGES);
    const next = meant === undefined ? `give one of ${MEMBER_CHANGES.join(', ')}` : `did you mean ${meant}?`;
    throw new WhitewaterError('USAGE', `${JSON.stringify(word)} is no change of a member; ${next}`);
  }
  if (asLearner && change !== 'add') throw new WhitewaterError('USAGE', `--learner goes with add, not with ${change}`);
  return change;
}

function idOf(name: string): string {
  try {
    return peerId(name);
  } catch (cause) {
    throw new WhitewaterError('USAGE', (cause as Error).message, { cause });
  }
}

async function membersLine({ client, cluster }: StoreAccess): Promise<string> {
  const { members } = await client.members(cluster);
  const namesOf = (role: string): string[] => members.filter((one) => one.role === role).map(({ id }) => id);
  const learners = namesOf('learner');
  return `voters ${namesOf('voter').join(', ')}${learners.length === 0 ? '' : `; learners ${learners.join(', ')}`}`;
}

function membersText({ members, leader, changing }: MembersAnswer): string {
  if (members.length === 0) return 'no peer has said yet who belongs to the cluster\n';
  const width = Math.max(...members.map(({ id }) => id.length));
  const lines = members.map(({ id, role, connected }) => {
    const more = [...(id === leader ? ['leader'] : []), ...(connected ? [] : ['disconnected'])];
    return [id.padEnd(width), role.padEnd('learner'.length), ...more].join('  ').trimEnd();
  });
  const voters = members.filter(({ role, connected }) => role === 'voter' && connected).length;
  const notes = [
    ...(changing ? ['a change is under way'] : []),
    ...(leader === null
      ? [`no peer leads; these are the members as a peer last told them, ${voters} voters connected`]
      : []),
  ];
  return `${[...lines, ...notes].join('\n')}\n`;
}
