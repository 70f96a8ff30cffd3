import t from 'tap';
import { encodeCommand } from '../../peer/machine/command.ts';
import { configurationOf } from '../../peer/raft/configuration.ts';
import { peerId } from '../../shared/ids.ts';
import type { ConfigurationEntry, Entry } from '../../shared/messages/Entry.ts';
import type { Status } from '../../shared/messages/Status.ts';
import { seededRandom } from '../../shared/random.ts';
import { SimulatedDisk } from '../../sim/Disk.ts';
import { Invariants } from '../../sim/invariants.ts';
import { storedState } from '../../sim/randomLogs.ts';
import { StoredImage } from '../../sim/StoredImage.ts';
import { VirtualClock } from '../../sim/VirtualClock.ts';
import {
  appended,
  appendEntries,
  entriesOf,
  preVote,
  requestVote,
  snapshotReply,
  voteGranted,
} from '../support/raftMessages.ts';
import { ScriptedRaft } from '../support/scriptedRaft.ts';

const [p1, p2, p3, p4] = [peerId('p1'), peerId('p2'), peerId('p3'), peerId('p4')];
const FOUNDERS = configurationOf([p1, p2, p3]);
const LARGER = configurationOf([p1, p2, p3, p4]);

function image(entries: readonly Entry[]): StoredImage {
  return new StoredImage(storedState([p1, p2, p3], { currentTerm: 0, votedFor: null }, entries));
}

function change(term: number, configuration = LARGER): ConfigurationEntry {
  return { term, type: 'configuration', configuration };
}

function status(told: Partial<Status>): Status {
  return { ...new ScriptedRaft().status, storage: 'disk', uptimeMs: 0, ...told };
}

/** A write as clients send it, in a log. */
function write(value: string, sequence: number, session = 's'): Entry {
  const command = { type: 'put', key: 'k', value };
  const request = { type: 'session', timeMs: 0, session, openedIndex: 1, sequence, answeredThrough: 0 } as const;
  return { term: 1, type: 'command', command: encodeCommand({ ...request, command }) };
}

function execute(
  { executions }: Invariants,
  peer: typeof p1,
  index: number,
  { value = `v${index}`, previousIndex }: { readonly value?: string; readonly previousIndex?: number } = {},
): void {
  executions.executed({ peer, index, command: { type: 'put', key: 'k', value }, previousIndex }, true);
}

t.test('every invariant can fail', async (t) => {
  const disk = (currentTerm: number, votedFor: typeof p1 | null, terms: number[] = []): SimulatedDisk =>
    new SimulatedDisk(
      new VirtualClock(),
      seededRandom(1),
      storedState([p1, p2, p3], { currentTerm, votedFor }, entriesOf(...terms)),
    );
  const cases: [expected: RegExp, act: (invariants: Invariants) => void][] = [
    [
      /Election Safety: p1 \(life 1\) and p2 led term 3/,
      (invariants) => {
        invariants.electedLeader(p1, 1, 3, image([]));
        invariants.electedLeader(p2, 1, 3, image([]));
      },
    ],
    [
      /Election Safety: p1 \(life 1\) and p1 led term 3/,
      (invariants) => {
        invariants.electedLeader(p1, 1, 3, image([]));
        invariants.electedLeader(p1, 2, 3, image([]));
      },
    ],
    [
      /Leader Completeness: p1 leads term 4 without entry 2, committed in term 3/,
      (invariants) => {
        invariants.applied(p2, 1, entriesOf(1, 3), 3);
        invariants.electedLeader(p1, 1, 4, image(entriesOf(1, 2)));
      },
    ],
    [
      /Leader Completeness: p1 leads term 5 without entry 1, committed in term 4/,
      (invariants) => {
        invariants.electedLeader(p1, 1, 5, image([]));
        invariants.applied(p2, 1, entriesOf(4), 4);
      },
    ],
    [
      /Leader Completeness: p1 leads term 5 without entry 1, committed in term 4/,
      (invariants) => {
        invariants.electedLeader(p1, 1, 5, image([]));
        invariants.applied(p2, 1, entriesOf(4), 6);
        invariants.applied(p3, 1, entriesOf(4), 4);
      },
    ],
    [
      /p1 voted for p2 and for p3 in term 2/,
      (invariants) => {
        invariants.messageLeaves(p1, p2, voteGranted(2), disk(2, p2));
        invariants.messageLeaves(p1, p3, voteGranted(2), disk(2, p3));
      },
    ],
    [
      /p1 voted for p1 and for p3 in term 2/,
      (invariants) => {
        invariants.messageLeaves(p1, p2, requestVote(2), disk(2, p1));
        invariants.messageLeaves(p1, p3, voteGranted(3, { requestTerm: 2 }), disk(3, null));
      },
    ],
    [
      /p1 tells of a vote for p2 in term 2 that is not on its disk/,
      (invariants) => invariants.messageLeaves(p1, p2, voteGranted(2), disk(2, null)),
    ],
    [
      /p1 tells term 2 in a RequestVoteReply while its disk has term 1/,
      (invariants) => invariants.messageLeaves(p1, p2, voteGranted(2), disk(1, null)),
    ],
    [
      /p1 tells term 2 in a PreVote while its disk has term 1/,
      (invariants) => invariants.messageLeaves(p1, p2, preVote(3), disk(1, null)),
    ],
    [
      /p1 sends AppendEntries of term 2, which it does not lead/,
      (invariants) => invariants.messageLeaves(p1, p2, appendEntries(2), disk(2, p1)),
    ],
    [
      /p1 says that 1 is committed, which nobody has applied/,
      (invariants) => {
        invariants.electedLeader(p1, 1, 2, image([]));
        invariants.messageLeaves(p1, p2, appendEntries(2, { leaderCommit: 1 }), disk(2, p1));
      },
    ],
    [
      /p1 acknowledges entry 1 in term 2, which nobody leads/,
      (invariants) => invariants.messageLeaves(p1, p2, appended(2, 1), disk(2, null, [1])),
    ],
    [
      /p1 acknowledges entry 2 of term 2, and has none on its disk/,
      (invariants) => {
        invariants.electedLeader(p2, 1, 2, image(entriesOf(1)));
        invariants.messageLeaves(p1, p2, appended(2, 2), disk(2, null, [1]));
      },
    ],
    [
      /p1 acknowledges entry 1 of term 1, and has 2 on its disk/,
      (invariants) => {
        invariants.electedLeader(p2, 1, 3, image(entriesOf(1)));
        invariants.messageLeaves(p1, p2, appended(3, 1), disk(3, null, [2]));
      },
    ],
    [
      /p1 says that it holds what a snapshot of 50 does, which is not on its disk/,
      (invariants) => invariants.messageLeaves(p1, p2, snapshotReply(1, 50, 0, { done: true }), disk(1, null)),
    ],
    [
      /p1 says that it holds what a snapshot of 1 does, which is not on its disk/,
      (invariants) => {
        invariants.applied(p2, 1, entriesOf(1), 1);
        invariants.messageLeaves(p1, p2, snapshotReply(2, 1, 0, { done: true }), disk(2, null, [2]));
      },
    ],
    [
      /p1 tells term 3 in a Status while its disk has 2/,
      (invariants) => invariants.statusLeaves(p1, 1, status({ term: 3 }), disk(2, null)),
    ],
    [
      /p1 tells of a vote for p2 in term 2 that is not on its disk/,
      (invariants) => invariants.statusLeaves(p1, 1, status({ term: 2, votedFor: p2 }), disk(2, null)),
    ],
    [
      /p1 says in a Status that it leads term 2, which it does not/,
      (invariants) => {
        invariants.electedLeader(p1, 1, 2, image([]));
        invariants.statusLeaves(p1, 2, status({ term: 2, role: 'leader' }), disk(2, p1));
      },
    ],
    [
      /p1 says in a Status that its log is .*"firstIndex":3.*, up to 2$/,
      (invariants) => {
        const terms = [{ term: 1, firstIndex: 3 }];
        invariants.statusLeaves(p1, 1, status({ terms, lastLogIndex: 2, lastLogTerm: 1 }), disk(1, null));
      },
    ],
    [
      /p1 says in a Status that its log is .*, up to 2$/,
      (invariants) => {
        invariants.appended(p2, 1, entriesOf(1, 3), image(entriesOf(1, 3)));
        const terms = [2, 3].map((term, at) => ({ term, firstIndex: at + 1 }));
        invariants.statusLeaves(p1, 1, status({ terms, lastLogIndex: 2, lastLogTerm: 3 }), disk(3, null));
      },
    ],
    [
      /p1 says in a Status that its log is .*, up to 1 of term 2$/,
      (invariants) => {
        const terms = [{ term: 1, firstIndex: 1 }];
        invariants.statusLeaves(p1, 1, status({ terms, lastLogIndex: 1, lastLogTerm: 2 }), disk(2, null));
      },
    ],
    [
      /p1 told term 5 and came back with term 4/,
      (invariants) => {
        invariants.messageLeaves(p1, p2, requestVote(5), disk(5, p1));
        invariants.restarted(p1, { currentTerm: 4, votedFor: null });
      },
    ],
    [
      /Log Matching: p2 holds another entry 2 of term 1/,
      (invariants) => {
        const other = [...entriesOf(1), { term: 1, type: 'command', command: 'other' } as const];
        invariants.appended(p1, 1, entriesOf(1, 1), image(entriesOf(1, 1)));
        invariants.appended(p2, 1, other, image(other));
      },
    ],
    [
      /Log Matching: p2 holds another entry 2 of term 3/,
      (invariants) => {
        invariants.appended(p1, 1, entriesOf(1, 3), image(entriesOf(1, 3)));
        invariants.appended(p2, 1, entriesOf(2, 3), image(entriesOf(2, 3)));
      },
    ],
    [
      /p1 removes entry 2, which is committed/,
      (invariants) => {
        invariants.applied(p2, 1, entriesOf(1, 1, 1), 1);
        invariants.truncated(p1, 1, 2, image(entriesOf(1, 1, 2)));
      },
    ],
    [
      /State Machine Safety: p2 applies another entry 1/,
      (invariants) => {
        invariants.applied(p1, 1, entriesOf(1), 1);
        invariants.applied(p2, 1, entriesOf(2), 2);
      },
    ],
    [/p1 skips to entry 2/, (invariants) => invariants.applied(p1, 2, entriesOf(1), 1)],
    [
      /p1 applies entry 1, which is not on the disks of a majority/,
      (invariants) => invariants.applied(p1, 1, entriesOf(1), 1, () => false),
    ],
    [
      /p1 begins its log behind 2 of term 2, which is not committed/,
      (invariants) => {
        invariants.applied(p2, 1, entriesOf(1, 1), 1);
        const snapshot = { index: 2, term: 1, configuration: FOUNDERS };
        invariants.compacted(p1, { index: 2, term: 2 }, snapshot);
      },
    ],
    [
      /p1 begins its log behind 3 of term 1, which is not committed/,
      (invariants) => {
        invariants.applied(p2, 1, entriesOf(1, 1), 1);
        invariants.compacted(p1, { index: 2, term: 1 }, { index: 3, term: 1, configuration: FOUNDERS });
      },
    ],
    [
      /p1 has a snapshot of 1 with the members .*"p4".* instead of \{"voters":\["p1","p2","p3"\]/,
      (invariants) => {
        invariants.founded(FOUNDERS);
        invariants.applied(p2, 1, [...entriesOf(1), change(1)], 1);
        invariants.compacted(p1, { index: 1, term: 1 }, { index: 1, term: 1, configuration: LARGER });
      },
    ],
    [
      /p1 has a snapshot of 2 with the members \{"voters":\["p1","p2","p3"\].* instead of .*"p4"/,
      (invariants) => {
        invariants.founded(FOUNDERS);
        invariants.applied(p2, 1, [...entriesOf(1), change(1)], 1);
        invariants.compacted(p1, { index: 2, term: 1 }, { index: 2, term: 1, configuration: FOUNDERS });
      },
    ],
    [/p1 goes from .* to .* in one step/, (invariants) => invariants.configured(p1, 2, LARGER, image(entriesOf(1)))],
    [
      /p1 changes the members at 3 while the change at 2 is not committed/,
      (invariants) => {
        invariants.applied(p2, 1, entriesOf(1), 1);
        const learner = configurationOf([p1, p2, p3], [p4]);
        invariants.configured(p1, 3, FOUNDERS, image([...entriesOf(1), change(1, learner)]));
      },
    ],
    [
      /Exactly once: p2 executes request 1 of the session s opened at 1 at entry 2, which took effect at entry 1/,
      (invariants) => {
        invariants.applied(p1, 1, [write('a', 1), write('a', 1)], 1);
        execute(invariants, p1, 1);
        execute(invariants, p2, 2);
      },
    ],
    [
      /Exactly once: p1 executes the write of "a" at entry 2, which took effect at entry 1/,
      (invariants) => {
        invariants.applied(p1, 1, [write('a', 1), write('a', 1, 'other')], 1);
        execute(invariants, p1, 1, { value: 'a' });
        execute(invariants, p1, 2, { value: 'a', previousIndex: 1 });
      },
    ],
    [
      /Exactly once: p2 passes over entry 1, which another replica executed/,
      (invariants) => {
        invariants.applied(p1, 1, [write('a', 1), write('b', 2)], 1);
        execute(invariants, p1, 1);
        execute(invariants, p2, 2, { previousIndex: 0 });
      },
    ],
    [
      /Exactly once: p2 executes entry 1, which another replica passed over/,
      (invariants) => {
        invariants.applied(p1, 1, [write('a', 1), write('b', 2)], 1);
        execute(invariants, p1, 2, { previousIndex: 0 });
        execute(invariants, p2, 1, { previousIndex: 0 });
      },
    ],
    [/entry 1 is executed, and is no committed command/, (invariants) => execute(invariants, p1, 1)],
  ];
  for (const [expected, act] of cases) {
    t.throws(() => act(new Invariants()), { name: 'SimulationFailure', message: expected });
  }
});

function diskOf(currentTerm: number, entries: readonly Entry[]): SimulatedDisk {
  const stored = storedState([p1, p2, p3], { currentTerm, votedFor: null }, entries);
  return new SimulatedDisk(new VirtualClock(), seededRandom(1), stored);
}

t.test('what correct peers do fails no invariant', async (t) => {
  const invariants = new Invariants();
  const stored = storedState([p1, p2, p3], { currentTerm: 2, votedFor: p2 }, entriesOf(1, 1));
  const disk = new SimulatedDisk(new VirtualClock(), seededRandom(1), stored);
  t.doesNotThrow(() => {
    invariants.messageLeaves(p1, p2, voteGranted(2), disk);
    invariants.messageLeaves(p1, p2, voteGranted(2), disk);
    invariants.messageLeaves(p1, p2, preVote(3), disk);
    invariants.messageLeaves(p1, p3, voteGranted(1), disk);
    // A leader of an older term, elected late, need not hold what a newer one committed.
    invariants.electedLeader(p1, 1, 1, image([]));
    invariants.electedLeader(p2, 1, 2, image(entriesOf(1, 1)));
    invariants.messageLeaves(p1, p2, appended(2, 2), disk);
    // To a leader of before: no reply of its term counts any more.
    invariants.messageLeaves(p1, p3, appended(1, 7), disk);
    invariants.restarted(p1, disk.hardState);
    invariants.appended(p1, 1, entriesOf(1, 1), image(entriesOf(1, 1)));
    invariants.appended(p2, 1, entriesOf(1, 2), image(entriesOf(1, 2)));
    invariants.applied(p2, 1, entriesOf(1, 2), 2);
    invariants.applied(p3, 1, entriesOf(1, 2), 2);
    invariants.truncated(p1, 2, 2, image(entriesOf(1, 1)));
    // Still in term 1, whose leader may have other entries: a majority without it committed this one in term 2.
    invariants.truncated(p1, 1, 1, image(entriesOf(1, 2)));
    invariants.electedLeader(p3, 1, 3, image(entriesOf(1, 2)));
    invariants.messageLeaves(p3, p2, appendEntries(3, { leaderCommit: 2 }), diskOf(3, entriesOf(1, 2)));
    invariants.messageLeaves(p1, p3, snapshotReply(2, 1, 0, { done: true }), disk);
    invariants.founded(FOUNDERS);
    invariants.compacted(p3, { index: 1, term: 1 }, { index: 2, term: 2, configuration: FOUNDERS });
    invariants.applied(p3, 3, [write('a', 1), write('a', 1), write('b', 2)], 3);
    execute(invariants, p3, 3, { value: 'a', previousIndex: 0 });
    execute(invariants, p3, 5, { value: 'b', previousIndex: 3 });
    // Restored from a snapshot, it does not know what was executed before.
    execute(invariants, p2, 5, { value: 'b' });
  });
  t.equal(invariants.votesTold, 2);
});
