import t from 'tap';
import { checkPeerOptions } from '../../peer/PeerOptions.ts';
import { completeOptions, ELECTION_DEFAULTS, ELECTION_PRESETS, type RaftOptions } from '../../peer/raft/options.ts';
import { Raft } from '../../peer/raft/Raft.ts';
import { AppendEntries } from '../../shared/messages/AppendEntries.ts';
import { peerId } from '../../shared/ids.ts';
import { entriesOf } from '../support/raftMessages.ts';
import { storedState } from '../../sim/randomLogs.ts';
import { Status } from '../../shared/messages/Status.ts';

const GOOD: RaftOptions = {
  ...ELECTION_DEFAULTS,
  id: peerId('p1'),
  random: () => 0.5,
};
const VOTERS = ['p1', 'p2', 'p3'].map(peerId);
const EMPTY = storedState(VOTERS);

t.test('every preset is legal; the lab presets have the plain rules of Figure 2', async (t) => {
  for (const [name, preset] of Object.entries(ELECTION_PRESETS)) {
    t.doesNotThrow(() => completeOptions({ ...GOOD, ...preset }), name);
    const plain = name.startsWith('lab');
    t.equal(preset.preVote, !plain, name);
    t.equal(preset.checkQuorum, !plain, name);
    t.equal(preset.noOpOnElection, !plain, `${name}: the lab asserts indexes`);
    t.ok(preset.heartbeatMs * 2 < preset.electionTimeoutMsMin, `${name}: one lost heartbeat starts no election`);
  }
  const { lab, labRelaxed, default: normal, relaxed } = ELECTION_PRESETS;
  const rules = { preVote: true, checkQuorum: true, noOpOnElection: true };
  t.same({ ...lab, ...rules }, normal);
  t.same({ ...labRelaxed, ...rules }, relaxed);
});

t.test('what is not legal is refused, and the message says which option, what it is and what is legal', async (t) => {
  const wrong: [Partial<RaftOptions>, RegExp][] = [
    [{ heartbeatMs: 0 }, /heartbeatMs is 0: it must be above 0/],
    [{ heartbeatMs: -5 }, /heartbeatMs is -5/],
    [{ heartbeatMs: Number.NaN }, /heartbeatMs is NaN/],
    [{ heartbeatMs: Number.POSITIVE_INFINITY }, /above heartbeatMs, which is Infinity/],
    [{ electionTimeoutMsMin: 100 }, /electionTimeoutMsMin is 100: it must be above heartbeatMs, which is 100/],
    [{ electionTimeoutMsMin: Number.NaN }, /electionTimeoutMsMin is NaN/],
    [{ electionTimeoutMsMax: 250 }, /electionTimeoutMsMax is 250: it must be above electionTimeoutMsMin, which is 250/],
    [{ electionTimeoutMsMax: Number.POSITIVE_INFINITY }, /electionTimeoutMsMax is Infinity/],
    [{ electionTimeoutMsMax: Number.NaN }, /electionTimeoutMsMax is NaN/],
    [{ entriesPerMessageMax: 0 }, /entriesPerMessageMax is 0: it must be at least 1/],
    [{ bytesPerMessageMax: 0 }, /bytesPerMessageMax is 0: it must be at least 1/],
    [{ messagesInFlightMax: 0 }, /messagesInFlightMax is 0/],
    [{ uncommittedBytesMax: Number.NaN }, /uncommittedBytesMax is NaN/],
    [{ readsWaitingMax: -1 }, /readsWaitingMax is -1/],
    [{ snapshotEntries: 0 }, /snapshotEntries is 0/],
    [{ snapshotBytes: 0 }, /snapshotBytes is 0/],
    [{ snapshotShareMin: -0.1 }, /snapshotShareMin is -0.1: it must be at least 0/],
    [{ trailingEntries: -1 }, /trailingEntries is -1: it must be at least 0/],
    [{ leaseClockDrift: 1 }, /leaseClockDrift is 1: it must be at least 0 and below 1/],
    [{ leaseReads: true, checkQuorum: false }, /leaseReads needs checkQuorum, which is off/],
    [{ entriesPerMessageMax: 65_537 }, /entriesPerMessageMax is 65537/],
    [{ entriesPerMessageMax: Number.NaN }, /entriesPerMessageMax is NaN/],
  ];
  for (const [change, message] of wrong) {
    t.throws(() => new Raft({ ...GOOD, ...change }, EMPTY), { name: 'RangeError', message });
  }
});

t.test('the bound of entriesPerMessageMax is that of the schema', async (t) => {
  const maxItems = Number(Reflect.get(AppendEntries.properties.entries, 'maxItems'));
  t.ok(maxItems > 0);
  t.doesNotThrow(() => completeOptions({ ...GOOD, entriesPerMessageMax: maxItems }));
  t.throws(() => completeOptions({ ...GOOD, entriesPerMessageMax: maxItems + 1 }));
});

t.test('the bound of voters is that of the schema of Status', async (t) => {
  const maxItems = Number(Reflect.get(Status.properties.voters, 'maxItems'));
  const voters = Array.from({ length: maxItems + 1 }, (_, at) => peerId(`p${at + 1}`));
  const check = (voters: readonly string[]): unknown =>
    checkPeerOptions({ cluster: 'demo', id: 'p1', relay: '127.0.0.1:1', voters }, () => 0.5);
  t.doesNotThrow(() => check(voters.slice(0, maxItems)));
  t.throws(() => check(voters));
});

t.test('the list of voters is taken over, not shared', async (t) => {
  const voters = [peerId('p1'), peerId('p2'), peerId('p3')];
  const raft = new Raft(GOOD, storedState(voters));
  voters.push(peerId('p4'));
  t.equal(raft.status(0).voters.length, 3);
});

t.test('what the store held is where the core begins', async (t) => {
  const hardState = { currentTerm: 7, votedFor: peerId('p3') };
  const raft = new Raft(GOOD, storedState(VOTERS, hardState, entriesOf(1, 4)));
  t.match(raft.status(0), {
    role: 'follower',
    term: 7,
    votedFor: 'p3',
    leader: null,
    lastLogIndex: 2,
    lastLogTerm: 4,
    commitIndex: 0,
    lastApplied: 0,
    canCommit: false,
  });
});
