import { crownOf } from '../crown.ts';
import { shownRoleOf } from '../describePeer.ts';
import { logRows } from '../log/rows.ts';
import { agreedWithLeader } from '../log/runs.ts';
import type { Picture, SeenPeer } from '../Picture.ts';
import type { Selection } from '../Selection.ts';
import type { Question } from './Explanation.ts';
import type { Facts } from './Facts.ts';
import { refusalsBefore } from './refusals.ts';
import { lastReignOf } from './steppedDown.ts';
import { replacedBefore } from './vanished.ts';

/** More cannot be chosen from at a glance. */
const OFFERED_MAX = 8;
/** What is older is not asked about by itself. */
const RECENT_MS = 60_000;
/** A follower that lacks fewer entries is only a moment late. */
const LAG_MIN = 3;

/** What is worth asking now, the most pressing first. */
export function questionsFor(facts: Facts, selected: Selection | null): readonly Question[] {
  const { picture } = facts;
  const all: Question[] = [
    ...aboutSelected(facts, selected),
    ...(picture.leader === null ? [{ ask: 'noLeader' } as const] : []),
    ...picture.peers
      .filter((peer) => peer.view.connected && crownOf(peer) === 'hollow')
      .map(({ view }) => ({ ask: 'cannotCommit', peer: view.id }) as const),
    ...uncommitted(facts),
    ...vanishedLately(facts),
    ...picture.peers.flatMap(({ view }) => {
      const end = lastReignOf(facts, view.id);
      const isRecent = end !== undefined && picture.relayTimeMs - end.atMs < RECENT_MS;
      return isRecent ? [{ ask: 'steppedDown', peer: view.id } as const] : [];
    }),
    ...refusalsBefore(facts, RECENT_MS)
      .slice(0, 3)
      .map(({ voter, candidate }) => ({ ask: 'refused', voter, candidate }) as const),
    ...lagging(facts),
    ...(picture.leader === null ? [] : [{ ask: 'whyThisLeader' } as const]),
  ];
  const seen = new Set<string>();
  return all.filter((question) => !seen.has(keyOf(question)) && seen.add(keyOf(question))).slice(0, OFFERED_MAX);
}

export function keyOf(question: Question): string {
  return JSON.stringify(question);
}

function aboutSelected({ picture }: Facts, selected: Selection | null): Question[] {
  if (selected?.kind === 'entry') return [{ ask: 'notCommitted', peer: selected.peer, index: selected.index }];
  if (selected?.kind === 'frame') return [{ ask: 'lost', seq: selected.seq }];
  if (selected?.kind !== 'peer') return [];
  const peer = picture.peers.find(({ view }) => view.id === selected.id);
  if (peer === undefined) return [];
  const { id } = peer.view;
  if (shownRoleOf(peer) === 'leader') return id === picture.leader ? [{ ask: 'whyThisLeader' }] : [];
  return [
    { ask: 'notElected', peer: id },
    { ask: 'timer', peer: id },
    ...(isLevel(picture, peer) ? [] : [{ ask: 'behind' as const, peer: id }]),
  ];
}

/** Whether it is known to have all that the leader has. */
function isLevel({ peers, leader }: Picture, { view }: SeenPeer): boolean {
  const leads = peers.find(({ view: { id } }) => id === leader)?.view.status ?? null;
  return leads !== null && view.status !== null && agreedWithLeader(view.status, leads) >= leads.lastLogIndex;
}

/** The last entry of each log that differs, and of a leader that waits. */
function uncommitted({ picture }: Facts): Question[] {
  return logRows(picture)
    .filter(({ peer, conflicts, last, commit }) => {
      const leads = picture.peers.some(({ view }) => view.id === peer && view.role === 'leader');
      return conflicts.length > 0 || (leads && last > commit);
    })
    .map(({ peer, last, commit }) => ({ ask: 'notCommitted', peer, index: Math.min(last, commit + 1) }));
}

function vanishedLately(facts: Facts): Question[] {
  return replacedBefore(facts)
    .filter(({ atMs }) => facts.picture.relayTimeMs - atMs < RECENT_MS)
    .slice(0, 2)
    .map(({ to, term }) => ({ ask: 'vanished', index: to, term }));
}

function lagging({ picture }: Facts): Question[] {
  const leader = picture.peers.find(({ view }) => view.id === picture.leader)?.view.status ?? null;
  return (leader?.progress ?? [])
    .filter(({ matchIndex }) => (leader?.lastLogIndex ?? 0) - matchIndex >= LAG_MIN)
    .map(({ peer }) => ({ ask: 'behind', peer }));
}

/** A question as a person asks it. */
export function questionText(question: Question, { peers }: Picture): string {
  switch (question.ask) {
    case 'noLeader':
      return 'Why is there no leader?';
    case 'whyThisLeader':
      return 'Why this leader?';
    case 'notElected':
      return `Why does ${question.peer} not lead?`;
    case 'notCommitted':
      return isCommitted(peers, question)
        ? `Is entry ${question.index} of ${question.peer} committed?`
        : `Why is entry ${question.index} of ${question.peer} not committed?`;
    case 'cannotCommit':
      return `Why can ${question.peer} commit nothing?`;
    case 'steppedDown':
      return `Why did ${question.peer} step down?`;
    case 'vanished':
      return `Where is entry ${question.index} of term ${question.term}?`;
    case 'refused':
      return `Why did ${question.voter} refuse ${question.voter === question.candidate ? 'itself' : question.candidate}?`;
    case 'lost':
      return `Why was frame ${question.seq} lost?`;
    case 'behind':
      return `Why is ${question.peer} behind?`;
    case 'timer':
      return `Why does ${question.peer}'s timer stand there?`;
  }
}

function isCommitted(peers: readonly SeenPeer[], { peer, index }: Question & { ask: 'notCommitted' }): boolean {
  return peers.some(({ view }) => view.id === peer && (view.commitIndex ?? 0) >= index);
}
