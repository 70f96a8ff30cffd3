import type { PeerId } from '../../../../../shared/ids.ts';
import type { Status } from '../../../../../shared/messages/Status.ts';
import { peerOf } from '../crown.ts';
import { agreedUpTo, runsOf, termAt } from '../log/runs.ts';
import { durationText } from '../words.ts';
import { beyondItsTerm } from './cannotCommit.ts';
import type { Explanation, Reason, Rule } from './Explanation.ts';
import { isMajority, neededText, type Voters } from '../voters.ts';
import { type Facts, statusIn } from './Facts.ts';
import { noLeader, unknownOf } from './noLeader.ts';
import { obstacle, obstacleBothWays } from './reach.ts';
import { aboutEntry, aboutPeer, distinct, explanation, listed, reason, shallow, verb } from './reasons.ts';
import { RULES } from './rules.ts';

interface Asked {
  readonly facts: Facts;
  readonly peer: PeerId;
  readonly index: number;
  /** Of the entry in this peer's log; null when it does not tell. */
  readonly term: number | null;
  readonly status: Status;
  /** `p2's entry 41 of term 3`. */
  readonly name: string;
}

interface Leading {
  readonly id: PeerId;
  readonly status: Status;
  /** Of the entry at that index in its log; null when it has none, or does not tell. */
  readonly term: number | null;
}

/** Why an entry of a peer's log is not committed. */
export function notCommitted(facts: Facts, peer: PeerId, index: number): Explanation {
  const status = statusIn(facts, peer);
  if (status === null) return explanation(`${peer} has told nothing of its log.`, []);
  if (index > status.lastLogIndex) {
    return explanation(`${peer} has no entry ${index}: its log ends at ${status.lastLogIndex}.`, []);
  }
  const term = termAt(runsOf(status), index);
  const name = `${peer}'s entry ${index}${term === null ? '' : ` of term ${term}`}`;
  const asked: Asked = { facts, peer, index, term, status, name };
  if (index <= status.commitIndex) return committed(asked);
  const leading = leaderFor(asked);
  if (leading === null) return nobodyLeads(asked);
  return (
    replacedSoon(asked, leading) ?? notToldYet(asked, leading) ?? notComparable(asked, leading) ?? waits(asked, leading)
  );
}

function committed({ name, peer, index, status }: Asked): Explanation {
  const applied = index <= status.lastApplied ? `, and ${peer} has applied it` : `; ${peer} has not applied it yet`;
  return explanation(`${name} is committed${applied}.`, [
    reason(`${peer} knows that everything up to ${status.commitIndex} is committed`, RULES.commitTold, [
      aboutEntry(peer, status.commitIndex),
    ]),
  ]);
}

/** Who could commit it: the peer itself if it believes to lead, else whom the relay sees leading. */
function leaderFor({ facts, peer, status, index }: Asked): Leading | null {
  const id = status.role === 'leader' ? peer : facts.picture.leader;
  const its = statusIn(facts, id);
  if (id === null || its?.role !== 'leader' || peerOf(facts.picture, id)?.view.connected !== true) return null;
  return { id, status: its, term: termAt(runsOf(its), index) };
}

function nobodyLeads(asked: Asked): Explanation {
  const why = noLeader(asked.facts);
  return explanation(
    `${asked.name} is not committed: nobody leads, and only a leader commits.`,
    [reason(why.answer.replace(/\.$/, ''), RULES.replication, [], shallow(why.reasons, 2))],
    why.unknown,
  );
}

/** The leader has another entry there, or none, and this one is of a term that is over. */
function replacedSoon({ facts, name, peer, index, term, status }: Asked, leading: Leading): Explanation | null {
  if (leading.id === peer || term === null || term >= leading.status.term) return null;
  const hasNone = index > leading.status.lastLogIndex;
  if (!hasNone && (leading.term === null || leading.term === term)) return null;
  const there = hasNone
    ? `its log ends at ${leading.status.lastLogIndex}`
    : `it has an entry of term ${leading.term ?? '?'} there`;
  const keeps = obstacleBothWays(facts, leading.id, peer, 'AppendEntries');
  return explanation(
    `${name} is not committed and will be given up: the leader ${leading.id} of term ${leading.status.term} does not have it.`,
    [
      reason(`${leading.id} was elected without it; ${there}`, RULES.completeness, [
        aboutEntry(leading.id, Math.min(index, leading.status.lastLogIndex)),
      ]),
      reason(
        keeps === null
          ? `${peer} replaces what differs as soon as ${leading.id} sends that part of its log`
          : `${peer} still holds it, since ${leading.id} does not get through to it`,
        RULES.matching,
        [aboutEntry(peer, index)],
        [
          ...(keeps === null ? [] : [keeps]),
          ...(status.role === 'leader'
            ? [reason(`${peer} believes that it leads term ${status.term}`, RULES.terms)]
            : []),
        ],
      ),
    ],
  );
}

/** The leader has committed it; this follower has not heard so. */
function notToldYet({ facts, name, peer, index, status }: Asked, leading: Leading): Explanation | null {
  // The same index alone proves nothing: only where their terms agree are the two logs one.
  if (leading.status.commitIndex < index || agreedUpTo(runsOf(status), runsOf(leading.status)) < index) return null;
  const keeps = obstacle(facts, leading.id, peer, 'AppendEntries');
  const answer = `${name} is committed, and ${peer} has not heard of it yet.`;
  const every = durationText(leading.status.heartbeatMs);
  return explanation(answer, [
    reason(`${leading.id} has committed up to ${leading.status.commitIndex}`, RULES.replication, [
      aboutEntry(leading.id, leading.status.commitIndex),
    ]),
    reason(
      keeps === null
        ? `${peer} learns of it with the next message of ${leading.id}, which sends one at least each ${every}`
        : `what ${leading.id} sends does not reach ${peer}`,
      RULES.commitTold,
      [aboutPeer(peer)],
      keeps === null ? [] : [keeps],
    ),
  ]);
}

/** The leader has committed an entry there, and nobody told whether it is this one. */
function notComparable({ facts, name, peer, index, term }: Asked, leading: Leading): Explanation | null {
  const { id, status } = leading;
  if (status.commitIndex < index || (leading.term !== null && term !== null)) return null;
  const keeps = obstacleBothWays(facts, id, peer, 'AppendEntries');
  const untold =
    leading.term !== null
      ? reason(`${peer} does not tell the term of its own entry there`, RULES.matching, [aboutEntry(peer, index)])
      : status.firstLogIndex > index
        ? reason(
            `${id}'s log begins at ${status.firstLogIndex}: what it held at ${index} is in its snapshot, and the term of that is not told`,
            RULES.snapshot,
            [aboutPeer(id)],
          )
        : reason(`${id} does not tell the terms of its log as far back as ${index}`, RULES.matching, [aboutPeer(id)]);
  return explanation(
    `Whether ${name} is committed is not told: ${id} has committed an entry ${index}, which may be another one.`,
    [
      reason(`${id} has committed up to ${status.commitIndex}`, RULES.replication, [
        aboutEntry(id, status.commitIndex),
      ]),
      untold,
      keeps === null
        ? reason(`${peer} takes what ${id} sends next, and gives its own up if it is another`, RULES.matching, [
            aboutPeer(peer),
          ])
        : reason(`${peer} still holds its own, since ${id} does not get through to it`, RULES.matching, [], [keeps]),
    ],
    [`A read of what it wrote, which ${id} answers, tells whether that is committed.`],
  );
}

/** The leader has it, and may not count it as committed. */
function waits(asked: Asked, leading: Leading): Explanation {
  const { facts, name, index, term } = asked;
  const { id, status } = leading;
  const voters: Voters = {
    now: status.voters,
    outgoing: status.votersOutgoing,
    all: [...new Set([...status.voters, ...status.votersOutgoing])],
  };
  const matched = (voter: PeerId): number =>
    voter === id
      ? Math.min(status.durableIndex, status.lastLogIndex)
      : (status.progress?.find(({ peer }) => peer === voter)?.matchIndex ?? 0);
  const having = voters.all.filter((voter) => matched(voter) >= index);
  const missing = voters.all.filter((voter) => matched(voter) < index);
  const known = having.length === 0 ? 'on no voter' : `on ${listed(having)} only`;
  const beyond = [...beyondItsTerm(facts, id), ...doomed(asked, leading)];
  if (!isMajority(voters, new Set(having))) {
    const rule = voters.outgoing.length > 0 ? RULES.joint : RULES.replication;
    return explanation(
      `${name} is not committed: as far as its leader ${id} knows it is ${known}, and that takes ${neededText(voters)}.`,
      [
        reason(
          `${listed(missing)} ${verb(missing, 'has', 'have')} not confirmed it to ${id}`,
          rule,
          [aboutEntry(id, index)],
          [
            ...missingAt(
              asked,
              leading,
              missing.map((voter) => ({ voter, matched: matched(voter) })),
            ),
            ...distinct(missing.flatMap((voter) => obstacleBothWays(facts, id, voter, 'AppendEntries') ?? [])),
          ],
        ),
        ...beyond,
      ],
      unknownOf(facts),
    );
  }
  const entryTerm = leading.term ?? term;
  if (entryTerm !== null && entryTerm < status.term) {
    return explanation(
      `${name} is on a majority (${listed(having)}), and still not committed: it is of an older term than its leader's.`,
      [
        reason(
          `the entry is of term ${entryTerm}, and ${id} leads term ${status.term}: counting copies is not enough for it`,
          RULES.olderTerms,
          [aboutEntry(id, index)],
          [
            reason(
              'a later leader could still replace it, as in the paper’s figure 8',
              RULES.completeness,
              having.map((voter) => aboutEntry(voter, index)),
            ),
            reason(`it is committed as soon as an entry of term ${status.term} behind it is on a majority`),
          ],
        ),
        ...beyond,
      ],
    );
  }
  return explanation(
    `${name} is on a majority (${listed(having)}), and ${id} is about to commit it.`,
    [reason(`${id} told of ${listed(having)} before it told of the commitment`, RULES.replication, [aboutPeer(id)])],
    ['What the peers told is of slightly different moments.'],
  );
}

/** What voters lack: by their own account, by the leader's. Those of whom the same is true stand in one sentence. */
function missingAt(
  { facts, index }: Asked,
  leading: Leading,
  missing: readonly { readonly voter: PeerId; readonly matched: number }[],
): Reason[] {
  const alike = new Map<string, PeerId[]>();
  const lacks = missing.map(({ voter, matched }) => {
    const own = statusIn(facts, voter);
    const isSnapshot = leading.status.progress?.find(({ peer }) => peer === voter)?.mode === 'snapshot';
    const truth = voter === leading.id ? null : ownAccount(own, index, leading);
    const key = JSON.stringify([matched, truth, isSnapshot]);
    alike.set(key, [...(alike.get(key) ?? []), voter]);
    return { key, matched, truth, isSnapshot };
  });
  return [...alike].flatMap(([key, voters]) => {
    const lack = lacks.find((one) => one.key === key);
    if (lack === undefined) return [];
    const names = listed(voters);
    const evidence = voters.map((voter) =>
      aboutEntry(voter, Math.max(1, Math.min(index, statusIn(facts, voter)?.lastLogIndex ?? index))),
    );
    if (lack.truth === null) {
      return [reason(`${names} itself has made entries durable only up to ${lack.matched}`, RULES.durable, evidence)];
    }
    const told = `${leading.id} knows that ${names} ${verb(voters, 'has', 'have')} entries up to ${lack.matched}`;
    const each = voters.length === 1 ? voters[0] : 'each of them';
    const rule = lack.isSnapshot ? RULES.snapshot : lack.truth.rule;
    const sent = lack.isSnapshot ? '; a snapshot is being sent' : '';
    return [reason(`${told}, and ${each} ${lack.truth.text}${sent}`, rule, evidence)];
  });
}

/** What a voter itself tells of that index. */
function ownAccount(
  own: Status | null,
  index: number,
  leading: Leading,
): { readonly text: string; readonly rule: Rule } {
  if (own === null) return { text: 'has told nothing of its log', rule: RULES.replication };
  if (own.lastLogIndex < index)
    return { text: `says that its log ends at ${own.lastLogIndex}`, rule: RULES.replication };
  const term = termAt(runsOf(own), index);
  if (term !== null && leading.term !== null && term !== leading.term) {
    return { text: `has another entry there, of term ${term} and not ${leading.term}`, rule: RULES.matching };
  }
  if (own.durableIndex < index) {
    return { text: `has it in memory, durable only up to ${own.durableIndex}`, rule: RULES.durable };
  }
  return { text: 'has it: its answer has not arrived', rule: RULES.replication };
}

/** A later leader, elsewhere, that does not have it: the entry is bound to go. */
function doomed({ facts, index, term, peer }: Asked, leading: Leading): Reason[] {
  const { leader } = facts.picture;
  const its = statusIn(facts, leader);
  if (leader === null || leader === leading.id || its === null || its.term <= leading.status.term) return [];
  const there = termAt(runsOf(its), index);
  if (there === null ? index <= its.lastLogIndex : there === term) return [];
  const has = there === null ? `ends at ${its.lastLogIndex}` : `has an entry of term ${there} at ${index}`;
  return [
    reason(`${leader}'s log ${has}, so ${peer} gives its own up when it hears of ${leader}`, RULES.matching, [
      aboutEntry(leader, Math.min(index, its.lastLogIndex)),
    ]),
  ];
}
