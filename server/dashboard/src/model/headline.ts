import { signingSplitOf, signingSplitText } from '../../../../shared/http/signingSplit.ts';
import { crownOf, hollowText, otherLeaders, peerOf } from './crown.ts';
import { shownRoleOf } from './describePeer.ts';
import { groupsInForce } from './groups.ts';
import type { Picture } from './Picture.ts';
import { isMajority, neededText, votersIn } from './voters.ts';

/** The state of the cluster in two lines. */
export interface Headline {
  readonly crown: 'full' | 'hollow' | null;
  readonly title: string;
  /** Why there is no leader, or what is odd about the one there is; empty when all is well. */
  readonly detail: string;
}

export function headlineOf(picture: Picture): Headline {
  const leader = peerOf(picture, picture.leader);
  const split = signingSplitOf(picture.peers.map(({ view }) => view).filter(({ connected }) => connected));
  const signing = split === undefined ? [] : [signingSplitText(split)];
  if (leader === undefined) {
    return { crown: null, title: 'No leader', detail: [...signing, whyNoLeader(picture)].join('; ') };
  }
  const crown = crownOf(leader);
  const others = otherLeaders(picture).map(({ view }) => `${view.id} (term ${view.term ?? 0})`);
  const title = `${leader.view.id} leads term ${leader.view.term ?? picture.term}`;
  const details = [
    ...signing,
    ...(crown === 'hollow' ? [`${leader.view.id} ${hollowText(leader)}`] : []),
    ...(others.length === 0
      ? []
      : [`${others.join(' and ')} still ${others.length === 1 ? 'believes it leads' : 'believe they lead'}`]),
  ];
  return { crown, title, detail: details.join('; ') };
}

/** One sentence, from what is certain: who is away, who cannot reach whom, who is asking for votes. */
export function whyNoLeader(picture: Picture): string {
  const connected = picture.peers.filter(({ view }) => view.connected);
  if (connected.length === 0) return 'no peer is connected';
  const voters = votersIn(picture);
  const reachable = groupsInForce(
    picture.partition,
    connected.map(({ view }) => view.id).filter((id) => voters.all.includes(id)),
  );
  if (!reachable.some((group) => isMajority(voters, new Set(group)))) {
    const most = Math.max(0, ...reachable.map((group) => group.length));
    const who =
      voters.outgoing.length > 0
        ? 'no group that can be reached has them'
        : reachable.length > 1
          ? `the largest group has ${most}`
          : `only ${most} can be reached`;
    return `${neededText(voters).replace('voters', 'votes')} make a leader, and ${who}`;
  }
  const candidates = connected.filter((peer) => {
    const role = shownRoleOf(peer);
    return role === 'candidate' || role === 'preCandidate';
  });
  if (candidates.length === 0) return 'waiting for an election timer to run out';
  return `${candidates.map(({ view }) => view.id).join(' and ')} ${candidates.length === 1 ? 'asks' : 'ask'} for votes`;
}
