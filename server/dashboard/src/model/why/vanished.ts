import { runsOf, termAt } from '../log/runs.ts';
import { agoText } from '../words.ts';
import type { Explanation, Reason } from './Explanation.ts';
import type { Facts } from './Facts.ts';
import { aboutEntry, aboutPeer, explanation, listed, reason, verb } from './reasons.ts';
import { RULES } from './rules.ts';
import type { Replaced, RoleChange } from './Trail.ts';

/** Entries that were given up, the newest first. */
export function replacedBefore({ trail, picture }: Facts): readonly Replaced[] {
  return trail.until(picture.relayTimeMs).filter((past): past is Replaced => past.kind === 'replaced');
}

/** Why an entry is in no log, or in fewer logs than it was. */
export function vanished(facts: Facts, index: number, term: number): Explanation {
  const { picture, trail } = facts;
  const name = `the entry ${index} of term ${term}`;
  const gone = replacedBefore(facts).filter((one) => one.term === term && one.from <= index && index <= one.to);
  const holding = picture.peers.filter(
    ({ view }) => view.status !== null && termAt(runsOf(view.status), index) === term,
  );
  const [newest] = gone;
  if (newest === undefined) {
    const names = holding.map(({ view }) => view.id);
    return explanation(
      names.length === 0
        ? `Nobody is known to have held ${name}.`
        : `${capital(name)} has not vanished: ${listed(names)} ${verb(names, 'holds', 'hold')} it.`,
      [],
      ['What was given up before this page was opened is not known.'],
    );
  }
  if (gone.every(isUntold)) return notTold(facts, name, index, gone);
  const wasCommitted = gone.find(({ committedBy }) => committedBy !== null);
  if (wasCommitted !== undefined) return wasLost(name, wasCommitted);
  const losers = picture.peers.map(({ view }) => view.id).filter((id) => gone.some(({ peer }) => peer === id));
  const leader = newest.leader;
  const rose = trail
    .until(picture.relayTimeMs)
    .find(
      (past): past is RoleChange =>
        past.kind === 'role' && past.peer === leader && past.to === 'leader' && past.after.term <= newest.leaderTerm,
    );
  const voters = picture.peers.filter(
    ({ view }) => view.status?.term === rose?.after.term && view.status?.votedFor === leader && leader !== null,
  );
  const voterNames = voters.map(({ view }) => view.id);
  return explanation(
    `${capital(name)} was never committed, and ${listed(losers)} gave it up for the log of ${leader ?? 'a later leader'}.`,
    [
      reason(
        `${listed(losers)} held it, and nobody ever told that it is committed`,
        RULES.replication,
        losers.map(aboutPeer),
      ),
      ...(rose === undefined || leader === null
        ? []
        : [
            reason(
              `${leader} was elected in term ${rose.after.term}, ${agoText(picture.relayTimeMs - rose.atMs)} ago, without it`,
              RULES.completeness,
              [aboutPeer(leader)],
              voterNames.length === 0
                ? []
                : [
                    reason(
                      `${listed(voterNames)} ${verb(voterNames, 'tells', 'tell')} of a vote for ${leader} in that term: none had a newer log`,
                      RULES.restriction,
                      voterNames.map(aboutPeer),
                    ),
                  ],
            ),
          ]),
      ...gone.map((one) => replacement(facts, one, index)),
      reason(
        'nobody was told yes: who wrote it waits or heard OUTCOME_UNKNOWN; and if it only opened a session for a write, that write certainly failed',
      ),
    ],
    [
      'What the entry said is not told in statuses; only its index and term are.',
      ...(holding.length === 0 ? [] : [`${listed(holding.map(({ view }) => view.id))} still holds it.`]),
    ],
  );
}

/** A snapshot stands there, and may hold this very entry. */
function isUntold({ snapshotIndex, byTerm }: Replaced): boolean {
  return snapshotIndex !== null && byTerm === null;
}

function notTold(facts: Facts, name: string, index: number, gone: readonly Replaced[]): Explanation {
  const { peers } = facts.picture;
  const losers = peers.map(({ view }) => view.id).filter((id) => gone.some(({ peer }) => peer === id));
  return explanation(
    `What became of ${name} is not told: ${listed(losers)} held it, not committed, and a snapshot stands in its place.`,
    gone.map((one) => replacement(facts, one, index)),
    [
      'A snapshot holds what was committed; this entry is in it, or was given up.',
      'A read of what it wrote, which the leader answers, tells whether that is committed.',
    ],
  );
}

function replacement(
  { picture }: Facts,
  { peer, atMs, byTerm, leader, leaderTerm, isRestart, snapshotIndex }: Replaced,
  index: number,
): Reason {
  const ago = agoText(picture.relayTimeMs - atMs);
  if (snapshotIndex !== null) {
    const holds = byTerm === null ? 'nobody told which entry that holds there' : `that holds another entry there`;
    return reason(
      `a snapshot up to ${snapshotIndex} replaced ${peer}'s log ${ago} ago, index ${index} with it: ${holds}`,
      RULES.snapshot,
      [aboutPeer(peer)],
    );
  }
  if (isRestart)
    return reason(`${peer} lost it ${ago} ago, as its process began anew`, RULES.durable, [aboutPeer(peer)]);
  const by = byTerm === null ? 'and has nothing there' : `for one of term ${byTerm}`;
  const follows = leader === null ? `in term ${leaderTerm}` : `as it followed ${leader} of term ${leaderTerm}`;
  return reason(`${peer} gave index ${index} up ${by} ${ago} ago, ${follows}`, RULES.matching, [
    aboutEntry(peer, index),
  ]);
}

function wasLost(name: string, { committedBy, peer, isRestart }: Replaced): Explanation {
  const by = committedBy ?? peer;
  return explanation(`${capital(name)} had been committed, and ${peer} lost it: that must not happen.`, [
    reason(`${by} told that it is committed`, RULES.completeness, [aboutPeer(by)]),
    reason(
      isRestart
        ? `${peer} began anew and no longer holds it: what is committed has to survive that`
        : `${peer} replaced it while running: look at the checks of the panel Judge`,
      isRestart ? RULES.durable : RULES.completeness,
      [aboutPeer(peer)],
    ),
  ]);
}

function capital(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}
