import { electionTimerOf, heardMsAgo, refusedForMs } from './aging.ts';
import { crownOf } from './crown.ts';
import type { SeenPeer } from './Picture.ts';
import { type Count, countOf } from './votes.ts';
import { durationText, REFUSAL_WORDS, REFUSALS_WORDS, TIMER_REASON_WORDS } from './words.ts';
import { STANDING_WORDS } from '../../../../shared/http/standing.ts';
import type { Role } from '../../../../shared/messages/Status.ts';
import { ROLE_WORDS } from '../../../../shared/roleWords.ts';

/** What becomes of a connected peer that is no member. */
const OUTSIDE_HINTS = { removed: 'may be stopped', stranger: 'waits to be added' } as const;

/** What is drawn of a peer's role: nothing where it has no part in the cluster. */
export function shownRoleOf({ view, standing }: SeenPeer): Role | null {
  return standing === 'member' ? view.role : null;
}

/** Null for a member, and for one that has connected and said nothing yet: that is all there is to say of it. */
function outsideOf({ view, standing }: SeenPeer): 'removed' | 'stranger' | null {
  return standing === 'member' || (view.connected && view.status === null) ? null : standing;
}

export function roleText(peer: SeenPeer): string {
  const outside = outsideOf(peer);
  if (outside !== null) return STANDING_WORDS[outside];
  return peer.view.role === null ? 'unknown' : ROLE_WORDS[peer.view.role];
}

/** What stands below a peer: its role, and one or two lines that say why it is what it is. */
export function captionOf(peer: SeenPeer, nowMs: number): readonly string[] {
  const outside = outsideOf(peer);
  if (outside !== null) {
    const hint = peer.view.connected ? OUTSIDE_HINTS[outside] : connectionText(peer, nowMs);
    return [STANDING_WORDS[outside], hint];
  }
  if (!peer.view.connected) return [connectionText(peer, nowMs), ...(peer.view.role === null ? [] : [lastRole(peer)])];
  const { role } = peer.view;
  if (role === null) return ['connected', 'no status yet'];
  const votes = countOf(peer);
  if (votes !== null) return [ROLE_WORDS[role], `${votes.tally} votes`, ...refusalLines(votes)];
  if (role === 'leader') {
    return [ROLE_WORDS.leader, crownOf(peer) === 'full' ? 'heard by a majority' : 'believes it leads'];
  }
  const timer = electionTimerOf(peer);
  return [ROLE_WORDS[role], ...(timer === null ? [] : [TIMER_REASON_WORDS[timer.reason]])];
}

/** The same and more as one sentence, for a screen reader. */
export function sentenceOf(peer: SeenPeer, nowMs: number): string {
  const { id, term, leader } = peer.view;
  const facts = captionOf(peer, nowMs).join(', ');
  const follows =
    shownRoleOf(peer) !== null && peer.view.connected && leader !== null && leader !== id ? `, follows ${leader}` : '';
  return `${id}: ${facts}, term ${term ?? 'unknown'}${follows}`;
}

export function connectionText(peer: SeenPeer, nowMs: number): string {
  const { connected, connections } = peer.view;
  if (connected) return 'connected';
  const refusedMs = refusedForMs(peer, nowMs);
  if (refusedMs > 0) return `cut off for ${durationText(Math.ceil(refusedMs / 1000) * 1000)}`;
  return connections === 0 ? 'never connected' : 'disconnected';
}

/** Counted in whole seconds from the first on, so that the text does not flicker. */
export function heardText(peer: SeenPeer, nowMs: number): string {
  const ageMs = heardMsAgo(peer, nowMs);
  if (ageMs === null) return 'never';
  return ageMs < 1000 ? 'just now' : `${durationText(Math.floor(ageMs / 1000) * 1000)} ago`;
}

function lastRole({ view }: SeenPeer): string {
  return view.role === null ? '' : `was ${ROLE_WORDS[view.role]}`;
}

/** The reason that most voters gave comes first; there is room for one line. */
function refusalLines({ votes }: Count): readonly string[] {
  const refused = votes.filter(({ answer }) => answer === 'refused');
  const first = refused[0];
  if (first?.refusal == null) return [];
  const same = refused.filter(({ refusal }) => refusal === first.refusal).map(({ voter }) => voter);
  const { refusal } = first;
  return [same.length === 1 ? `${first.voter} ${REFUSAL_WORDS[refusal]}` : `${same.length} ${REFUSALS_WORDS[refusal]}`];
}

/** How the election stands, every refusal with its reason; null for a peer that asks for no votes. */
export function votesText(peer: SeenPeer): string | null {
  const count = countOf(peer);
  if (count === null) return null;
  const refusals = count.votes.flatMap(({ voter, refusal }) =>
    refusal === null ? [] : [`${voter} ${REFUSAL_WORDS[refusal]}`],
  );
  return [`${count.tally} votes`, ...refusals].join('; ');
}
