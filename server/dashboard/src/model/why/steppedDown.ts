import type { PeerId } from '../../../../../shared/ids.ts';
import { agoText, durationText } from '../words.ts';
import { silences } from './cannotCommit.ts';
import type { Explanation } from './Explanation.ts';
import { type Facts, statusIn } from './Facts.ts';
import { aboutPeer, explanation, reason } from './reasons.ts';
import { RULES } from './rules.ts';
import type { RoleChange } from './Trail.ts';

/** The newest end of a reign of a peer that was told. */
export function lastReignOf({ trail, picture }: Facts, id: PeerId): RoleChange | undefined {
  return trail
    .until(picture.relayTimeMs)
    .find((past): past is RoleChange => past.kind === 'role' && past.peer === id && past.from === 'leader');
}

/** Why a leader leads no more. */
export function steppedDown(facts: Facts, id: PeerId): Explanation {
  const end = lastReignOf(facts, id);
  if (end === undefined) {
    const leads = statusIn(facts, id)?.role === 'leader';
    return explanation(
      leads ? `${id} has not stepped down: it leads.` : `${id} is not known to have led.`,
      [],
      leads ? [] : ['Reigns that ended before this page was opened are not known.'],
    );
  }
  const { before, after, atMs, isRestart } = end;
  const ago = agoText(facts.picture.relayTimeMs - atMs);
  const headline = (why: string): string => `${id} stopped leading term ${before.term} ${ago} ago: ${why}.`;
  if (isRestart) {
    return explanation(headline('its process was started again'), [
      reason(`${id} told of a process that has run for ${durationText(after.uptimeMs)}`, RULES.timers, [aboutPeer(id)]),
    ]);
  }
  if (after.term > before.term) return higherTerm(facts, end, headline);
  if (!after.voters.includes(id) && !after.votersOutgoing.includes(id)) {
    return explanation(headline('it is no voter any more'), [
      reason(`the voters since index ${after.configurationIndex} are ${after.voters.join(', ')}`, RULES.removed),
    ]);
  }
  const silent = (before.progress ?? [])
    .filter(({ peer }) => before.voters.includes(peer) || before.votersOutgoing.includes(peer))
    .toSorted((a, b) => b.heardMsAgo - a.heardMsAgo)
    .filter(({ heardMsAgo }) => heardMsAgo > before.heartbeatMs * 1.5);
  const because = silences(facts, id, silent);
  if (!before.checkQuorum) {
    return explanation(headline('it does not tell why'), because, [
      'Its term stayed, CheckQuorum is off, and it is still a voter: no rule that is known here explains it.',
    ]);
  }
  return explanation(
    headline('it heard no majority for a whole election timeout'),
    [
      reason(
        `${id} kept its term ${after.term}, so no higher one deposed it; it gives up after ${before.electionTimeoutMsMax} ms without a majority`,
        RULES.checkQuorum,
        [aboutPeer(id)],
        because,
      ),
    ],
    silent.length === 0 ? ['Whom it had not heard was not told before it stepped down.'] : [],
  );
}

function higherTerm(
  facts: Facts,
  { peer: id, before, after, atMs }: RoleChange,
  headline: (why: string) => string,
): Explanation {
  const stood = facts.trail
    .until(atMs)
    .find(
      (past): past is RoleChange =>
        past.kind === 'role' &&
        past.peer !== id &&
        past.after.term === after.term &&
        (past.to === 'candidate' || past.to === 'leader'),
    );
  // Who leads a term has stood for election in it, and who was voted for has too.
  const known = stood?.peer ?? after.leader ?? after.votedFor;
  const who = known === id ? null : known;
  return explanation(
    headline(`it saw the higher term ${after.term}`),
    [
      reason(
        `${id} was in term ${before.term} and took on term ${after.term}, in which it is a follower`,
        RULES.terms,
        [aboutPeer(id)],
      ),
      ...(who === null
        ? []
        : [reason(`${who} stood for election in term ${after.term}`, RULES.election, [aboutPeer(who)])]),
      ...(after.votedFor === null || after.votedFor === id
        ? []
        : [
            reason(`${id} gave ${after.votedFor} its vote of term ${after.term}`, RULES.oneVote, [
              aboutPeer(after.votedFor),
            ]),
          ]),
    ],
    who === null ? ['Who raised the term was not told.'] : [],
  );
}
