import type { PeerId } from '../../../../../shared/ids.ts';
import type { Status } from '../../../../../shared/messages/Status.ts';
import { agedMs, electionTimerOf, timerRemainingMs } from '../aging.ts';
import { peerOf } from '../crown.ts';
import { agreedWithLeader, runsOf, termAt } from '../log/runs.ts';
import { durationText, type TIMER_REASON_WORDS } from '../words.ts';
import { silences } from './cannotCommit.ts';
import type { Explanation, Reason } from './Explanation.ts';
import { type Facts, statusIn } from './Facts.ts';
import { unknownOf } from './noLeader.ts';
import { obstacleBothWays } from './reach.ts';
import { aboutEntry, aboutLink, aboutPeer, counted, explanation, reason } from './reasons.ts';
import { RULES } from './rules.ts';
import { isLostByRule, LOSS_CAUSES } from './lossCauses.ts';

/** A disk that has written for longer is slow. */
const SLOW_WRITE_MS = 100;

/** Why a follower does not have what the leader has. */
export function behind(facts: Facts, id: PeerId): Explanation {
  const { picture, nowMs } = facts;
  const leader = peerOf(picture, picture.leader);
  const leads = leader?.view.status ?? null;
  const own = statusIn(facts, id);
  if (leader === undefined || leads === null) return explanation(`Nobody leads, so nobody sends ${id} entries.`, []);
  const lead = leader.view.id;
  if (lead === id) return explanation(`${id} leads: its log is the one that the others follow.`, []);
  const progress = leads.progress?.find(({ peer }) => peer === id);
  const agreed = own === null ? null : agreedWithLeader(own, leads);
  if (agreed !== null && agreed >= leads.lastLogIndex)
    return explanation(`${id} is not behind: it has all that ${lead} has, up to ${leads.lastLogIndex}.`, []);
  const keeps = obstacleBothWays(facts, lead, id, 'AppendEntries');
  const lacking =
    own === null || agreed === null
      ? `It is not told how many entries ${id} lacks`
      : `${id} lacks ${lacked(agreed, own, leads)}`;
  const reasons: Reason[] = [
    ...(keeps === null ? [] : [keeps]),
    ...(progress === undefined
      ? [reason(`${lead} does not count ${id} among its members`, RULES.learners, [aboutPeer(id)])]
      : [
          reason(
            progress.matchIndex === 0
              ? `${lead} does not know yet how far ${id}'s log agrees with its own, and sends ${progress.nextIndex} next`
              : `${lead} knows that ${id} has entries up to ${progress.matchIndex}, and sends ${progress.nextIndex} next`,
            RULES.matching,
            [aboutEntry(id, Math.max(1, progress.matchIndex))],
            modeOf(lead, id, progress.mode),
          ),
          ...(progress.heardMsAgo > leads.electionTimeoutMsMin
            ? silences(facts, lead, [{ peer: id, heardMsAgo: agedMs(leader, progress.heardMsAgo, nowMs) }])
            : []),
        ]),
    ...diskOf(id, own),
  ];
  return explanation(`${lacking} of those that ${lead} holds, which end at ${leads.lastLogIndex}.`, reasons, [
    ...unknownOf(facts),
    ...(own?.terms === undefined ? [`${id} does not tell the terms of its log.`] : []),
  ]);
}

/** Where both have a next entry and not both tell its term, more than what is known to be the same may be. */
function lacked(agreed: number, own: Status, leads: Status): string {
  const text = counted(leads.lastLogIndex - agreed, 'entry', 'entries');
  const isTold = [own, leads].every((of) => termAt(runsOf(of), agreed + 1) !== null);
  return isTold || own.lastLogIndex <= agreed ? text : `at most ${text}`;
}

function modeOf(leader: PeerId, id: PeerId, mode: 'probe' | 'replicate' | 'snapshot'): Reason[] {
  if (mode === 'replicate') return [];
  if (mode === 'snapshot') return [reason(`${leader} sends ${id} a snapshot first`, RULES.snapshot)];
  return [reason(`${leader} is still looking for where ${id}'s log agrees with its own`, RULES.matching)];
}

function diskOf(id: PeerId, own: Status | null): Reason[] {
  if (own?.disk === undefined || own.disk.writingMs < SLOW_WRITE_MS) return [];
  const { unsyncedEntries, writingMs } = own.disk;
  const waiting = counted(unsyncedEntries, 'entry waits', 'entries wait');
  return [
    reason(`${id}'s disk has been writing for ${durationText(writingMs)}, and ${waiting} for it`, RULES.durable, [
      aboutPeer(id),
    ]),
  ];
}

const TIMER_BECAUSE = {
  started: 'its process started',
  heardFromLeader: 'it heard from its leader',
  grantedVote: 'it gave another its vote',
  startedElection: 'it began an election, or asked whether it could win one',
  steppedDown: 'it stepped down',
  mayNotStand: 'it ran out, and a peer of priority 0 does not stand',
} as const satisfies Record<keyof typeof TIMER_REASON_WORDS, string>;

/** Why an election timer stands where it stands. */
export function timer({ picture, nowMs }: Facts, id: PeerId): Explanation {
  const peer = peerOf(picture, id);
  const running = peer === undefined ? null : electionTimerOf(peer);
  if (peer === undefined || running === null) {
    const leads = peer?.view.role === 'leader';
    return explanation(
      leads ? `${id} leads: a leader has no election timer.` : `${id} tells of no election timer.`,
      [],
    );
  }
  const left = timerRemainingMs(peer, running, nowMs);
  const { electionTimeoutMsMin: min = 0, electionTimeoutMsMax: max = 0 } = peer.view.status ?? {};
  const when = left === 0 ? 'has run out' : `runs out in ${durationText(left)}`;
  return explanation(`${id}'s election timer ${when}; it was last reset because ${TIMER_BECAUSE[running.reason]}.`, [
    reason(`it was set to ${running.timeoutMs} ms, drawn at random from ${min} to ${max} ms`, RULES.timers, [
      aboutPeer(id),
    ]),
  ]);
}

/** Why a frame did not arrive. */
export function lost({ trail, picture }: Facts, seq: number): Explanation {
  const frame = trail.lostUntil(picture.relayTimeMs).find((one) => one.seq === seq);
  if (frame === undefined) {
    return explanation(
      `Frame ${seq} is not among those that are known to be lost.`,
      [],
      ['Of a busy link the feed tells some frames only, and the newest 500 that were lost are kept.'],
    );
  }
  const { type, from, to, cause, strikes } = frame;
  const because = cause === null ? 'the relay does not tell why' : LOSS_CAUSES[cause];
  return explanation(`${type} from ${from} to ${to} was lost: ${because}.`, [
    reason(`the relay dropped frame ${seq}${cause === null ? '' : ` (${cause})`}`, RULES.network, [
      { kind: 'frame', seq },
      aboutLink(from, to),
    ]),
    ...strikes.map((name) =>
      reason(
        isLostByRule(frame) ? `rule ${name} struck it` : `rule ${name} struck it too, and that is not what lost it`,
        RULES.network,
      ),
    ),
  ]);
}
