import type { ProcessView } from '../../../../../shared/http/Processes.ts';
import { SAFETY_WORDS } from '../judge/safetyWords.ts';
import { crownOf } from '../crown.ts';
import type { Mark } from '../history/Marks.ts';
import type { Picture, SeenPeer } from '../Picture.ts';

/** What lasts at a moment, and will be a stretch of the scale of time. */
export type Lasting = Omit<Mark, 'atMs' | 'untilMs'>;

/**
 * All that lasts in a picture, by a name that stays the same while it changes: what each peer is, faults in force, clients that are
 * there, what was judged. The partition is told by events, which know it to the millisecond.
 */
export function lastingIn(picture: Picture): ReadonlyMap<string, Lasting> {
  const lasting = new Map<string, Lasting>();
  const processes = new Map(picture.processes?.processes.map((process) => [process.id, process]));
  for (const peer of picture.peers) lasting.set(`peer ${peer.view.id}`, peerNow(peer, processes.get(peer.view.id)));
  for (const { view } of picture.clients) {
    if (!view.connected) continue;
    lasting.set(`client ${view.id}`, plain('clients', 'connected', `client ${view.id} is connected`, view.id));
  }
  for (const name of picture.faults.rules) lasting.set(`rule ${name}`, plain('faults', 'rule', `rule ${name}`));
  const { profile } = picture.faults;
  if (profile !== 'reliable') lasting.set('profile', plain('faults', 'profile', `network ${profile}`));
  if (picture.leader === null && picture.peers.length > 0) {
    lasting.set('leaderless', { ...plain('checks', 'leaderless', 'nobody leads'), tone: 'bad' });
  }
  const verdict = verdictNow(picture);
  if (verdict !== null) lasting.set('verdict', verdict);
  return lasting;
}

function plain(lane: Mark['lane'], kind: string, text: string, peer: Mark['peer'] = null): Lasting {
  return { lane, kind, text, peer, tone: 'plain' };
}

/** Why a peer that is connected has no role to show. */
const STANDINGS = { removed: 'was removed', stranger: 'is no member' } as const;

function peerNow(peer: SeenPeer, process: ProcessView | undefined): Lasting {
  const { id, connected, role, term, leader } = peer.view;
  const now = (kind: string, text: string): Lasting => ({ ...plain('peer', kind, `${id} ${text}`, id), term });
  if (process?.state === 'paused') return now('paused', 'is paused');
  if (!connected) {
    const isDown = process !== undefined && process.state !== 'running';
    return { ...now('away', isDown ? 'does not run' : 'is not connected'), tone: 'bad' };
  }
  if (peer.standing !== 'member') return now('outside', STANDINGS[peer.standing]);
  if (role === null || term === null) return now('untold', 'has told nothing yet');
  switch (role) {
    case 'leader':
      return crownOf(peer) === 'full'
        ? now('leader', `leads term ${term}`)
        : now(
            'hollow',
            `believes that it leads term ${term}, and ${peer.doubt === 'silent' ? 'says nothing' : 'can commit nothing'}`,
          );
    case 'candidate':
      return now('candidate', `stands for election in term ${term}`);
    case 'preCandidate':
      return now('preCandidate', `asks whether it may stand, in term ${term}`);
    case 'learner':
      return now('learner', `learns, in term ${term}`);
    case 'follower':
      return now('follower', leader === null ? `follows nobody in term ${term}` : `follows ${leader} in term ${term}`);
  }
}

/** The judgement of all rules in one: what is broken names the first. */
function verdictNow({ safety }: Picture): Lasting | null {
  if (safety === null) return null;
  const broken = safety.checks.filter(({ state }) => state === 'broken');
  const [first] = broken;
  if (first === undefined) {
    const judged = safety.checks.filter(({ state }) => state === 'holds').length;
    return {
      ...plain('checks', 'holds', `${judged} of ${safety.checks.length} rules are judged, and hold`),
      tone: 'good',
    };
  }
  const names = broken.map(({ rule }) => SAFETY_WORDS[rule].name).join(', ');
  return { ...plain('checks', 'broken', `broken: ${names}. ${first.first?.text ?? ''}`.trim()), tone: 'bad' };
}
