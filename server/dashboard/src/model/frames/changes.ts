import type { Status } from '../../../../../shared/messages/Status.ts';
import { ROLE_WORDS } from '../../../../../shared/roleWords.ts';
import type { StatusSeen } from '../history/History.ts';
import { TIMER_REASON_WORDS } from '../words.ts';

type Fact = readonly [name: string, of: (status: Status) => string | null];

const orNobody = (id: string | null): string => id ?? 'nobody';

/** What is worth telling when it differs. Ages and what is left of a timer always do. */
const FACTS: readonly Fact[] = [
  ['role', ({ role }) => ROLE_WORDS[role]],
  ['term', ({ term }) => String(term)],
  ['voted for', ({ votedFor }) => orNobody(votedFor)],
  ['follows', ({ leader }) => orNobody(leader)],
  ['log to', ({ lastLogIndex }) => String(lastLogIndex)],
  ["last entry's term", ({ lastLogTerm }) => String(lastLogTerm)],
  ['durable to', ({ durableIndex }) => String(durableIndex)],
  ['committed to', ({ commitIndex }) => String(commitIndex)],
  ['applied to', ({ lastApplied }) => String(lastApplied)],
  ['snapshot to', ({ snapshotIndex }) => String(snapshotIndex)],
  ['can commit', ({ role, canCommit }) => (role === 'leader' ? (canCommit ? 'yes' : 'no') : null)],
  [
    'timer last reset',
    ({ electionTimer }) => (electionTimer === undefined ? null : TIMER_REASON_WORDS[electionTimer.reason]),
  ],
  ['votes', ({ votes }) => votes?.granted.join(' ') ?? null],
  ['refusals', ({ votes }) => votes?.refused.map(({ peer }) => peer).join(' ') ?? null],
  ['voters', ({ voters, votersOutgoing }) => [...voters, ...votersOutgoing.map((id) => `${id} (old)`)].join(' ')],
  ['learners', ({ learners }) => learners.join(' ')],
];

/** What differs between two statuses of a peer: "term: 3, then 4". */
export function changesBetween(before: Status, after: Status): readonly string[] {
  return FACTS.flatMap(([name, of]) => {
    const [was, is] = [of(before), of(after)];
    return was === is
      ? []
      : [`${name}: ${was === null || was === '' ? 'none' : was}, then ${is === null || is === '' ? 'none' : is}`];
  });
}

export interface AroundArrival {
  /** The newest one when the frame arrived; null when none is kept. */
  readonly before: Status | null;
  /** The next one that the peer told. */
  readonly after: StatusSeen | null;
}
