import fc from 'fast-check';
import t from 'tap';
import { InvariantViolation } from '../../peer/raft/invariant.ts';
import { ELECTION_PRESETS, type ElectionPreset } from '../../peer/raft/options.ts';
import { Raft } from '../../peer/raft/Raft.ts';
import { peerId } from '../../shared/ids.ts';
import { seededRandom } from '../../shared/random.ts';
import { RAFT_MESSAGES, type RaftMessage, type RaftMessageType } from '../../shared/protocol.ts';
import { validateBody } from '../../shared/validate.ts';
import { arbitraryOf } from '../support/arbitraryBody.ts';
import { anyPlausibleMessage } from '../support/arbitraryRaftMessage.ts';
import { appendEntries } from '../support/raftMessages.ts';
import { ScriptedRaft } from '../support/scriptedRaft.ts';
import { storedState } from '../../sim/randomLogs.ts';

const PRESETS = ['lab', 'default'] as const;
const OTHERS = ['p2', 'p3', 'p4', 'p5'] as const;

/** One thing that happens to a peer, as data, so that a failing sequence can be printed and shrunk. */
type Happening =
  | { readonly type: 'message'; readonly from: string; readonly id: number; readonly message: RaftMessage }
  | { readonly type: 'deadline' }
  | { readonly type: 'wait'; readonly ms: number }
  | { readonly type: 'persisted'; readonly writes: number }
  | { readonly type: 'restart' };

function anySchemaMessage(type: RaftMessageType): fc.Arbitrary<RaftMessage> {
  return arbitraryOf(RAFT_MESSAGES[type]).map((body) => ({ type, body }) as RaftMessage);
}

const anyMessage: fc.Arbitrary<RaftMessage> = fc.oneof(
  { weight: 9, arbitrary: anyPlausibleMessage },
  { weight: 1, arbitrary: fc.oneof(...(Object.keys(RAFT_MESSAGES) as RaftMessageType[]).map(anySchemaMessage)) },
);

const anyHappening: fc.Arbitrary<Happening> = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.record({
      type: fc.constant('message' as const),
      from: fc.constantFrom('p1', 'p2', 'p2', 'p3', 'p3', 'p4', 'p5', 'stranger'),
      id: fc.nat(100),
      message: anyMessage,
    }),
  },
  { weight: 4, arbitrary: fc.constant({ type: 'deadline' as const }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('wait' as const), ms: fc.nat(500) }) },
  { weight: 4, arbitrary: fc.record({ type: fc.constant('persisted' as const), writes: fc.nat(3) }) },
  { weight: 1, arbitrary: fc.constant({ type: 'restart' as const }) },
);

/** A peer under test, with what it told the world over all its lives. */
class Watched {
  peer: ScriptedRaft;
  /** Whom it told, or asked for itself, that it votes for: by term. */
  readonly votes = new Map<number, string>();
  #told = 0;
  #committed: unknown[] = [];
  #highestTermTold = 0;

  constructor(preset: ElectionPreset, peers: number, log: readonly number[]) {
    this.peer = new ScriptedRaft({ preset, peers, log, autoPersist: false, random: seededRandom('watched') });
  }

  meet(happening: Happening): void {
    const before = this.peer.status;
    switch (happening.type) {
      case 'message':
        this.peer.receive(happening.from, happening.message, happening.id);
        break;
      case 'deadline':
        this.peer.reachDeadline();
        break;
      case 'wait':
        this.peer.advance(happening.ms);
        break;
      case 'persisted':
        this.peer.persisted(Math.min(this.peer.durable + happening.writes, this.peer.issued));
        break;
      case 'restart':
        this.#readSent();
        this.peer = this.peer.restart();
        this.#told = 0;
        this.#committed = [];
        assertThat(this.peer.term >= this.#highestTermTold, 'a term that was told is forgotten');
        return;
    }
    this.#readSent();
    const after = this.peer.status;
    assertThat(after.term >= before.term, 'the term fell');
    assertThat(after.commitIndex >= before.commitIndex, 'the commit index fell');
    assertThat(
      after.term > before.term || before.votedFor === null || after.votedFor === before.votedFor,
      'the vote changed within a term',
    );
    this.#checkCommitted(after.commitIndex);
  }

  /** Holds what left since the last look against the votes told before. */
  #readSent(): void {
    for (const { to, message } of this.peer.sent.slice(this.#told)) {
      assertThat(
        validateBody(message.type, message.body).ok || message.body.term > 2 ** 48,
        'a body of the wrong shape',
      );
      const ownTerm = message.type === 'PreVote' ? message.body.term - 1 : message.body.term;
      this.#highestTermTold = Math.max(this.#highestTermTold, ownTerm);
      if (message.type === 'RequestVoteReply' && message.body.voteGranted) this.#voted(message.body.requestTerm, to);
      if (message.type === 'RequestVote') this.#voted(message.body.term, 'p1');
      if (message.type === 'AppendEntriesReply' && message.body.success) {
        assertThat(
          message.body.matchIndex <= this.peer.everStored,
          'entries were acknowledged that were never on disk',
        );
      }
    }
    this.#told = this.peer.sent.length;
  }

  #voted(term: number, candidate: string): void {
    const before = this.votes.get(term);
    assertThat(before === undefined || before === candidate, `voted for ${before} and ${candidate} in term ${term}`);
    this.votes.set(term, candidate);
  }

  #checkCommitted(commitIndex: number): void {
    const log = this.peer.logAsked;
    for (const [at, entry] of this.#committed.entries()) {
      assertThat(log[at] === entry, `entry ${at + 1} was committed and is replaced`);
    }
    this.#committed = log.slice(0, commitIndex);
    const applied = this.peer.applied.flatMap(({ entries }) => entries);
    assertThat(applied.length === commitIndex, 'what is committed is applied, once');
    assertThat(
      applied.every((entry, at) => entry === log[at]),
      'and in order',
    );
  }
}

function assertThat(holds: boolean, what: string): void {
  if (!holds) throw new Error(what);
}

for (const preset of PRESETS) {
  t.test(
    `A6, A5, B24: whatever comes, ${preset}: no vote twice, no term or commit back, no assertion fails`,
    async (t) => {
      const lives = fc.record({
        peers: fc.constantFrom(1, 2, 3, 5),
        log: fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 5 }).map((terms) => terms.sort((a, b) => a - b)),
        happenings: fc.array(anyHappening, { maxLength: 60, size: 'max' }),
      });
      fc.assert(
        fc.property(lives, ({ peers, log, happenings }) => {
          const watched = new Watched(preset, peers, log);
          for (const happening of happenings) watched.meet(happening);
        }),
        { numRuns: 500 },
      );
      t.pass('500 lives');
    },
  );
}

t.test('A6: the property sees real lives: roles, votes, commits and truncations all happen in it', async (t) => {
  const seen = new Set<string>();
  const lives = fc.sample(fc.array(anyHappening, { minLength: 60, maxLength: 60 }), { numRuns: 300, seed: 1 });
  for (const [at, happenings] of lives.entries()) {
    const watched = new Watched(PRESETS[at % 2] ?? 'lab', 3, [1, 1, 2]);
    for (const happening of happenings) {
      watched.meet(happening);
      for (const event of watched.peer.events) {
        seen.add(event.type === 'roleChanged' ? event.to : event.type);
      }
    }
    if (watched.votes.size > 1) seen.add('votes in several terms');
  }
  for (const what of [
    ...['preCandidate', 'candidate', 'leader', 'follower'],
    ...['voteGranted', 'voteRefused', 'committed', 'entriesTruncated', 'entriesAppended', 'entriesRefused', 'ignored'],
    'votes in several terms',
  ]) {
    t.ok(seen.has(what), what);
  }
});

t.test('two cores that are given the same do the same, to the last effect', async (t) => {
  const lives = fc.sample(fc.array(anyHappening, { minLength: 40, maxLength: 40 }), { numRuns: 50, seed: 2 });
  for (const happenings of lives) {
    const run = (): unknown => {
      const { peer, ...watched } = live(happenings);
      return [peer.asked, peer.persists, peer.events, peer.applied, peer.status, watched];
    };
    t.same(run(), run());
  }
});

function live(happenings: readonly Happening[]): Watched {
  const watched = new Watched('default', 3, [1]);
  for (const happening of happenings) watched.meet(happening);
  return watched;
}

function freshRaft(term = 0, lastTerm = 0): Raft {
  return new Raft(
    { ...ELECTION_PRESETS.lab, id: peerId('p1'), random: () => 0.5 },
    storedState(
      ['p1', ...OTHERS].map(peerId),
      { currentTerm: term, votedFor: null },
      lastTerm === 0 ? [] : [{ term: lastTerm, type: 'noOp' }],
    ),
  );
}

t.test('inputs that cannot be stop the peer', async (t) => {
  const message = { type: 'message', nowMs: 5, from: peerId('p2'), id: 1, message: appendEntries(1) } as const;
  const wrong: [string, (raft: Raft) => void][] = [
    ['anything before the start', (raft) => raft.step(message)],
    [
      'a second start',
      (raft) => {
        raft.step({ type: 'start', nowMs: 0 });
        raft.step({ type: 'start', nowMs: 1 });
      },
    ],
    [
      'a clock that goes back',
      (raft) => {
        raft.step({ type: 'start', nowMs: 10 });
        raft.step({ ...message, nowMs: 9.999 });
      },
    ],
    [
      'a clock that is no number',
      (raft) => {
        raft.step({ type: 'start', nowMs: Number.NaN });
      },
    ],
    [
      'a write that was never asked for',
      (raft) => {
        raft.step({ type: 'start', nowMs: 0 });
        raft.step({ type: 'persisted', nowMs: 1, sequence: 1 });
      },
    ],
  ];
  for (const [what, act] of wrong) {
    const raft = freshRaft();
    t.throws(() => act(raft), InvariantViolation, what);
    t.throws(() => raft.step({ ...message, nowMs: 20 }), { message: /failed before/ }, `${what}: and it stays stopped`);
  }
});

t.test('a store that cannot be stops the peer at its start', async (t) => {
  const raft = freshRaft(2, 3);
  t.throws(() => raft.step({ type: 'start', nowMs: 0 }), {
    name: 'InvariantViolation',
    message: /an entry of term 3, past 2/,
  });
});
