import t from 'tap';
import { configurationOf, isQuorum, majorityOf, quorumValue } from '../../peer/raft/configuration.ts';
import { ConfigurationHistory } from '../../peer/raft/log/ConfigurationHistory.ts';
import { peerId } from '../../shared/ids.ts';
import type { Entry } from '../../shared/messages/Entry.ts';
import { acknowledge, outcomesOf, reigning } from '../support/leaders.ts';
import { appendEntries, entriesOf, requestVote, voteGranted } from '../support/raftMessages.ts';
import { ScriptedRaft } from '../support/scriptedRaft.ts';
import { Wire } from '../support/Wire.ts';
import { seededRandom } from '../../shared/random.ts';

const ids = (...names: string[]): ReturnType<typeof peerId>[] => names.map(peerId);
const change = (voters: string[], learners: string[] = [], requestId = 1) =>
  ({ type: 'changeMembership', requestId, voters: ids(...voters), learners: ids(...learners) }) as const;

const JOINT: Entry = {
  term: 1,
  type: 'configuration',
  configuration: { voters: ids('p3', 'p4', 'p5'), votersOutgoing: ids('p1', 'p2', 'p3'), learners: [] },
};
const FINAL: Entry = { term: 1, type: 'configuration', configuration: configurationOf(ids('p3', 'p4', 'p5')) };

t.test('quorums of joint configurations are those of each group', async (t) => {
  const joint = { voters: ids('a', 'b', 'c'), votersOutgoing: ids('c', 'd'), learners: ids('e') };
  const names = ['a', 'b', 'c', 'd', 'e'];
  for (let bits = 0; bits < 2 ** names.length; bits += 1) {
    const has = (name: string): boolean => ((bits >> names.indexOf(name)) & 1) === 1;
    const count = (group: readonly string[]): number => group.filter(has).length;
    const naive = count(joint.voters) >= 2 && count(joint.votersOutgoing) >= 2;
    t.equal(isQuorum(joint, has), naive);
    t.equal(
      quorumValue(joint, (name) => (has(name) ? 7 : 3)),
      naive ? 7 : 3,
    );
  }
  t.same([1, 2, 3, 4, 5].map(majorityOf), [1, 2, 2, 3, 3]);
});

t.test('a change goes through a joint configuration, each half in force when it is appended', async (t) => {
  const leader = reigning({}, ['p2', 'p3']);
  leader.do(change(['p1', 'p2', 'p3'], ['p4']));
  t.match(leader.takeOutcomes(), [{ type: 'accepted', requestId: 1, index: 2 }]);
  t.same(leader.status.learners, ['p4']);
  t.same(leader.status.votersOutgoing, ['p1', 'p2', 'p3']);
  t.ok(
    leader.sent.some(({ to }) => to === 'p4'),
    'the learner is fed at once',
  );
  acknowledge(leader, 'p2', 'p4');
  t.same(leader.status.votersOutgoing, [], 'the second half followed by itself');
  leader.takeSent();
  leader.do(change(['p1', 'p2', 'p4'], [], 2));
  t.match(leader.takeOutcomes(), [{ type: 'accepted', requestId: 2 }], 'caught up, and so promoted');
  acknowledge(leader, 'p2');
  t.same(leader.status.voters, ['p1', 'p2', 'p4'], 'p1 and p2 are a majority of both groups');
  t.same(leader.status.votersOutgoing, []);
});

t.test('a joint configuration needs both majorities to commit', async (t) => {
  const leader = reigning({ configuration: configurationOf(ids('p1', 'p2', 'p3'), ids('p4', 'p5')) }, [
    'p2',
    'p3',
    'p4',
    'p5',
  ]);
  leader.do(change(['p1', 'p4', 'p5']));
  const before = leader.status.commitIndex;
  acknowledge(leader, 'p4', 'p5');
  t.equal(leader.status.commitIndex, before, 'three of the new, one of the old');
  acknowledge(leader, 'p2');
  t.ok(leader.status.commitIndex > before);
});

t.test('a joint configuration needs both majorities to elect', async (t) => {
  const entries = [...entriesOf(1), JOINT];
  const candidate = new ScriptedRaft({ id: 'p3', entries });
  candidate.reachDeadline();
  t.same(
    candidate
      .takeSent()
      .map(({ to }) => to)
      .sort(),
    ['p1', 'p2', 'p4', 'p5'],
  );
  candidate.receive('p4', voteGranted(2));
  candidate.receive('p5', voteGranted(2));
  t.equal(candidate.role, 'candidate', 'all of the new, one of the old');
  candidate.receive('p1', voteGranted(2));
  t.equal(candidate.role, 'leader');
});

t.test('a configuration that is truncated gives way to the one before it', async (t) => {
  const peer = new ScriptedRaft({ id: 'p3', entries: [...entriesOf(1), JOINT] });
  t.same(peer.status.voters, ['p3', 'p4', 'p5']);
  peer.receive('p1', appendEntries(2, { prevLogIndex: 1, prevLogTerm: 1, entries: entriesOf(2) }));
  t.same(peer.status.voters, ['p1', 'p2', 'p3']);
  t.same(peer.status.votersOutgoing, []);
  t.same(peer.restart().status.voters, ['p1', 'p2', 'p3']);
});

t.test('a log that is shortened keeps the configuration that was in force where it begins', async (t) => {
  const [first, second, third] = [['p1'], ['p1', 'p2'], ['p1', 'p2', 'p3']].map((names) =>
    configurationOf(ids(...names)),
  );
  if (first === undefined || second === undefined || third === undefined) throw new Error('there are three');
  const history = new ConfigurationHistory({ index: 0, configuration: first });
  history.appended(3, [{ term: 1, type: 'configuration', configuration: second }]);
  history.appended(5, [{ term: 1, type: 'configuration', configuration: third }]);
  history.compacted(4);
  t.same([history.at(4), history.at(5), history.latest], [second, third, third]);
  history.truncated(5);
  t.same(history.latest, second);
});

t.test('changes that must wait or make no sense are refused', async (t) => {
  const reasonOf = (leader: ScriptedRaft, what: ReturnType<typeof change>): string | undefined => {
    leader.takeOutcomes();
    leader.do(what);
    return outcomesOf(leader.takeOutcomes(), 'refused')[0]?.reason;
  };
  const leader = reigning();
  t.equal(reasonOf(leader, change([])), 'illegal');
  t.equal(reasonOf(leader, change(['p1', 'p1'])), 'illegal');
  t.equal(reasonOf(leader, change(['p1', 'p2'], ['p2'])), 'illegal');
  t.equal(
    reasonOf(
      leader,
      change(
        ['p1'],
        Array.from({ length: 128 }, (_, at) => `x${at}`),
      ),
    ),
    'illegal',
  );
  t.equal(reasonOf(leader, change(['p1', 'p2', 'p9'])), 'notCaughtUp');
  t.equal(reasonOf(leader, change(['p1', 'p2', 'p3'], ['p4'])), undefined);
  t.equal(reasonOf(leader, change(['p1', 'p2'])), 'changeInProgress');
  const fresh = new ScriptedRaft({ preset: 'default', noOpOnElection: true });
  fresh.becomeLeader();
  t.equal(reasonOf(fresh, change(['p1', 'p2'])), 'termNotCommitted', 'it may not know of a change before it');
  t.equal(reasonOf(new ScriptedRaft(), change(['p1'])), 'notLeader');
});

t.test('a leader that is removed commits the change without counting itself, and steps down', async (t) => {
  const leader = reigning();
  leader.do(change(['p2', 'p3']));
  t.equal(leader.role, 'leader');
  acknowledge(leader, 'p2');
  t.equal(leader.status.commitIndex, 1, 'it takes both of the new voters');
  acknowledge(leader, 'p3');
  t.same(leader.status.votersOutgoing, [], 'the second half');
  t.equal(leader.role, 'leader');
  t.equal(leader.status.commitIndex, 2, 'p3 alone has it, and the leader does not count');
  acknowledge(leader, 'p2');
  t.not(leader.role, 'leader');
  leader.takeSent();
  t.equal(leader.electionDeadlineMs, undefined, 'it stands no more');
  t.equal(leader.role, 'learner');
  t.equal(leader.status.commitIndex, 3);
});

t.test('a learner votes when asked, never stands, and counts in no majority', async (t) => {
  const configuration = configurationOf(ids('p1', 'p2'), ids('p3'));
  const learner = new ScriptedRaft({ id: 'p3', configuration });
  t.equal(learner.role, 'learner');
  t.equal(learner.electionDeadlineMs, undefined);
  t.match(
    learner.receive('p1', requestVote(1))[0]?.message.body,
    { voteGranted: true },
    'it may not know that it is a voter',
  );
  t.equal(learner.electionDeadlineMs, undefined);
  const leader = reigning({ configuration }, ['p3']);
  t.equal(leader.status.commitIndex, 0, 'two of three hold it, but one of two voters');
  const candidate = new ScriptedRaft({ configuration });
  candidate.becomeCandidate();
  candidate.receive('p3', voteGranted(1));
  t.equal(candidate.role, 'candidate');
});

t.test('a peer that waits to be added knows nobody and disturbs nobody', async (t) => {
  const peer = new ScriptedRaft({ id: 'p9', configuration: configurationOf([]) });
  t.match(peer.status, { role: 'learner', voters: [] });
  t.equal(peer.deadlineMs, Number.POSITIVE_INFINITY);
  peer.receive('p1', appendEntries(3, { entries: entriesOf(1) }));
  t.equal(peer.status.lastLogIndex, 1, 'but it takes what it is sent');
});

t.test('a peer that was removed does not disturb those who hear a leader', async (t) => {
  const removed = new ScriptedRaft({ preset: 'default', id: 'p1', entries: [...entriesOf(1), JOINT] });
  removed.reachDeadline();
  t.equal(removed.role, 'preCandidate', 'for until the change is committed nobody else may be electable');
  t.equal(removed.term, 1);
  const voter = new ScriptedRaft({ preset: 'default', id: 'p4', entries: [...entriesOf(1), JOINT, FINAL] });
  voter.receive('p3', appendEntries(1, { prevLogIndex: 3, prevLogTerm: 1 }));
  const before = voter.status;
  t.match(voter.receive('p1', requestVote(9, { lastLogIndex: 2, lastLogTerm: 1 }))[0]?.message.body, {
    voteGranted: false,
  });
  t.same(voter.status, before);
});

t.test('a voter that only an uncommitted change removed stands until that is committed', async (t) => {
  const peer = new ScriptedRaft({ id: 'p1', entries: [...entriesOf(1), JOINT, FINAL], term: 1 });
  t.equal(peer.role, 'follower');
  peer.receive('p3', appendEntries(1, { prevLogIndex: 3, prevLogTerm: 1, leaderCommit: 2 }));
  t.not(peer.electionDeadlineMs, undefined);
  peer.receive('p3', appendEntries(1, { prevLogIndex: 3, prevLogTerm: 1, leaderCommit: 3 }));
  t.equal(peer.electionDeadlineMs, undefined);
  t.equal(peer.role, 'learner');
});

/** Three founders, two learners that have everything, and a change to p3, p4 and p5 that has just begun. */
function changing(): Wire {
  const configuration = configurationOf(ids('p1', 'p2', 'p3'), ids('p4', 'p5'));
  const wire = new Wire(['p1', 'p2', 'p3', 'p4', 'p5'], (name) => ({
    configuration,
    noOpOnElection: true,
    random: seededRandom('members', name),
  }));
  wire.elect('p1');
  wire.deliverAll();
  wire.peer('p1').do(change(['p3', 'p4', 'p5']));
  return wire;
}

t.test('a change with its leader crashed after every message: the others elect one, commit, and agree', async (t) => {
  const outcomes = new Set<string>();
  let isOver = false;
  for (let count = 0; !isOver; count += 1) {
    const wire = changing();
    isOver = wire.deliver(count) < count;
    wire.crash('p1');
    const survivors = ['p2', 'p3', 'p4', 'p5'];
    const command = 1000 + count;
    let leader: ScriptedRaft | undefined;
    for (let rounds = 0; rounds < 200 && leader === undefined; rounds += 1) {
      wire.reachNextDeadline(survivors);
      wire.deliverAll(survivors);
      const leading = survivors.map((name) => wire.peer(name)).find(({ role }) => role === 'leader');
      if (leading === undefined) continue;
      leading.propose(command);
      wire.deliverAll(survivors);
      if (leading.role === 'leader' && leading.status.commitIndex === leading.status.lastLogIndex) leader = leading;
    }
    if (leader === undefined) {
      t.fail(`after ${count} messages nothing is committed any more`);
      continue;
    }
    outcomes.add(`${leader.status.voters.join()} | ${leader.status.votersOutgoing.join()}`);
    const committed = leader.logAsked.slice(0, leader.status.commitIndex).map((entry) => JSON.stringify(entry));
    for (const name of ['p1', ...survivors]) {
      const { status, logAsked } = wire.peer(name);
      const own = logAsked.slice(0, status.commitIndex).map((entry) => JSON.stringify(entry));
      t.same(own, committed.slice(0, own.length), `${name} committed the same, after ${count} messages`);
    }
  }
  t.same([...outcomes].sort(), ['p1,p2,p3 | ', 'p3,p4,p5 | '], 'the change is undone or finished');
});
