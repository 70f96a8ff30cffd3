import t from 'tap';
import { Driver } from '../../peer/Driver.ts';
import { ELECTION_DEFAULTS } from '../../peer/raft/options.ts';
import { Raft } from '../../peer/raft/Raft.ts';
import type { PeerId } from '../../shared/ids.ts';
import { seededRandom } from '../../shared/random.ts';
import { lineTrace, type TraceRecord } from '../../shared/trace.ts';
import { VirtualClock } from '../../sim/VirtualClock.ts';
import { OWNER } from '../contract/storage.contract.ts';
import { CLUSTER } from '../support/driverStage.ts';
import { MemoryNetwork, type MemoryTransport } from '../support/MemoryNetwork.ts';
import { VirtualStorage } from '../support/VirtualStorage.ts';
import { storedState } from '../../sim/randomLogs.ts';

interface Member {
  readonly id: PeerId;
  readonly transport: MemoryTransport;
  readonly driver: Driver;
  readonly records: TraceRecord[];
}

/** A cluster of real cores in virtual time. Disks take 1 ms. */
function cluster(seed: number): { clock: VirtualClock; members: Member[] } {
  const clock = new VirtualClock();
  const network = new MemoryNetwork(clock);
  const members = OWNER.voters.map((id) => {
    const random = seededRandom(seed, id);
    const raft = new Raft({ ...ELECTION_DEFAULTS, id, random }, storedState(OWNER.voters));
    const records: TraceRecord[] = [];
    const trace = lineTrace(['election', 'vote', 'timer', 'frame', 'storage'], (line) => {
      records.push(JSON.parse(line) as TraceRecord);
    });
    const transport = network.transport(id);
    const storage = new VirtualStorage(clock, 1);
    const driver = new Driver(
      { cluster: CLUSTER, id, raft, storage, transport, clock, trace },
      { onEvent: () => undefined, onConnected: () => undefined, onFailed: (error) => t.fail(error) },
    );
    driver.start();
    return { id, transport, driver, records };
  });
  return { clock, members };
}

t.test(
  'A15: an idle cluster of 3 keeps its leader, at 60 frames a second or fewer each way, statuses included',
  async (t) => {
    const { clock, members } = cluster(1);
    clock.advance(5000);
    const leader = members.find(({ driver }) => driver.status().role === 'leader');
    const term = leader?.driver.status().term;
    const count = (): number =>
      members.reduce((sum, { transport }) => sum + transport.sent.length + transport.statuses.length, 0);
    const before = count();
    clock.advance(60_000);
    t.equal(leader?.driver.status().role, 'leader');
    t.equal(leader?.driver.status().term, term);
    const perSecond = (count() - before) / 60;
    t.comment(`${perSecond} frames a second to the relay`);
    t.ok(perSecond <= 60 && perSecond > 35);
  },
);

t.test('the same seed gives the same run, to the last trace record', async (t) => {
  const run = (seed: number): string => {
    const { clock, members } = cluster(seed);
    clock.advance(10_000);
    members[0]?.transport.setConnected(false);
    clock.advance(3000);
    members[0]?.transport.setConnected(true);
    clock.advance(3000);
    return JSON.stringify(members.map(({ records, transport }) => [records, transport.statuses]));
  };
  t.equal(run(5), run(5));
  t.not(run(5), run(6));
});

t.test('E43: over 100 seeds with slow disks, no vote or term leaves before its write is done', async (t) => {
  for (let seed = 0; seed < 100; seed += 1) {
    const random = seededRandom(seed, 'disks');
    const clock = new VirtualClock();
    const network = new MemoryNetwork(clock);
    const checks: string[] = [];
    for (const id of OWNER.voters) {
      const raft = new Raft(
        { ...ELECTION_DEFAULTS, id, random: seededRandom(seed, id), preVote: seed % 2 === 0 },
        storedState(OWNER.voters),
      );
      const storage = new VirtualStorage(clock, () => 1 + random() * 400);
      const transport = network.transport(id);
      const send = transport.send.bind(transport);
      const sendStatus = transport.sendStatus.bind(transport);
      transport.send = (to, frameId, message) => {
        const { term } = message.body;
        const shown = message.type === 'PreVote' ? term - 1 : term;
        if (shown > storage.durable.currentTerm)
          checks.push(`seed ${seed}: ${id} sent ${message.type} of term ${term}`);
        if (message.type === 'RequestVoteReply' && message.body.voteGranted) {
          const { currentTerm, votedFor } = storage.durable;
          if (currentTerm === term && votedFor !== to)
            checks.push(`seed ${seed}: ${id} voted for ${to}, wrote ${votedFor}`);
        }
        return send(to, frameId, message);
      };
      transport.sendStatus = (status) => {
        if (status.term > storage.durable.currentTerm) checks.push(`seed ${seed}: ${id} told term ${status.term}`);
        return sendStatus(status);
      };
      new Driver(
        { cluster: CLUSTER, id, raft, storage, transport, clock },
        { onEvent: () => undefined, onConnected: () => undefined, onFailed: (error) => checks.push(error.message) },
      ).start();
    }
    clock.advance(5000);
    if (checks.length > 0) t.same(checks, [], `seed ${seed}`);
  }
  t.pass('100 seeds');
});
