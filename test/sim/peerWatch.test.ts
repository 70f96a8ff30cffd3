import t from 'tap';
import type { OpenedStorage } from '../../peer/ports/Storage.ts';
import type { Effect, StorageStep } from '../../peer/raft/effect.ts';
import type { RaftEvent } from '../../peer/raft/event.ts';
import type { Raft } from '../../peer/raft/Raft.ts';
import type { RaftStatus } from '../../peer/raft/status.ts';
import { clusterId, peerId } from '../../shared/ids.ts';
import type { Entry } from '../../shared/messages/Entry.ts';
import { seededRandom } from '../../shared/random.ts';
import { SimulatedDisk } from '../../sim/Disk.ts';
import { Invariants } from '../../sim/invariants.ts';
import { PeerWatch } from '../../sim/PeerWatch.ts';
import { storedState } from '../../sim/randomLogs.ts';
import { RecordDisk } from '../../sim/RecordDisk.ts';
import { SimulatedProcess } from '../../sim/SimulatedProcess.ts';
import { VirtualClock } from '../../sim/VirtualClock.ts';
import { entriesOf } from '../support/raftMessages.ts';
import { ScriptedRaft } from '../support/scriptedRaft.ts';

const [p1, p2, p3] = [peerId('p1'), peerId('p2'), peerId('p3')];
const IDS = [p1, p2, p3];

/** A core that does what it is told to, and says what it is told of itself. */
class WrongRaft {
  readonly watch: PeerWatch;
  told: Partial<RaftStatus> = {};
  readonly #disks = new Map(IDS.map((id) => [id, diskOf(entriesOf(1, 2))]));
  readonly #watched: ReturnType<PeerWatch['over']>;
  #effects: Effect[] = [];

  /** In term 3 behind two entries that every disk has. @param isShared false: only this peer's disk has them */
  constructor(isShared = true) {
    if (!isShared) for (const id of [p2, p3]) this.#disks.set(id, diskOf([]));
    const disk = diskOf(entriesOf(1, 2));
    const diskOfPeer = (peer: typeof p1): SimulatedDisk | undefined => this.#disks.get(peer);
    const options = { id: p1, disk, diskOf: diskOfPeer, invariants: new Invariants(), onEvent: () => undefined };
    this.watch = new PeerWatch(options, disk.stored);
    this.watch.begins(disk.stored);
    const status = new ScriptedRaft().status;
    const raft = {
      step: () => this.#effects,
      status: () => ({ ...status, ...this.told }),
      leaseUntilMs: () => 0,
    };
    this.#watched = this.watch.over(raft as unknown as Raft);
  }

  does(...effects: Effect[]): void {
    this.#effects = effects;
    this.#watched.step({ type: 'deadline', nowMs: 0 });
  }

  reports(...events: RaftEvent[]): void {
    this.does(...events.map((event): Effect => ({ type: 'report', event })));
  }

  /** Without a word of it anywhere else. */
  leads(): void {
    this.reports({ type: 'roleChanged', from: 'candidate', to: 'leader', reason: 'wonElection' });
  }
}

function diskOf(entries: readonly Entry[]): SimulatedDisk {
  const stored = storedState(IDS, { currentTerm: 3, votedFor: p1 }, entries);
  return new SimulatedDisk(new VirtualClock(), seededRandom(1), stored);
}

function persist(...steps: StorageStep[]): Effect {
  return { type: 'persist', sequence: 1, steps };
}

const COMMITTED = (commitIndex: number): RaftEvent => ({ type: 'committed', commitIndex });

t.test('whatever a core does wrong is seen in the step in which it does so', async (t) => {
  const cases: [expected: RegExp, act: (raft: WrongRaft) => void][] = [
    [
      /p1 leads, and removes entries of its own log/,
      (raft) => {
        raft.leads();
        raft.does(persist({ type: 'truncate', fromIndex: 2 }));
      },
    ],
    [
      /entries from 5 on leave a gap: the log on disk ends at 2/,
      (raft) => raft.does(persist({ type: 'append', firstIndex: 5, entries: entriesOf(3) })),
    ],
    [
      /p1 is given entry 2 to apply after 0/,
      (raft) => raft.does({ type: 'apply', firstIndex: 2, entries: entriesOf(2) }),
    ],
    [
      /p1 is given 2 to apply, past its commit index/,
      (raft) => {
        raft.told = { commitIndex: 1 };
        raft.does({ type: 'apply', firstIndex: 1, entries: entriesOf(1, 2) });
      },
    ],
    [/p1 goes from term 3 to 2/, (raft) => raft.reports({ type: 'termChanged', from: 3, to: 2 })],
    [/p1 goes from term 3 to 3/, (raft) => raft.reports({ type: 'termChanged', from: 3, to: 3 })],
    [/p1 goes from term 3 to 6/, (raft) => raft.reports({ type: 'termChanged', from: 5, to: 6 })],
    [/p1 takes its commit index from 2 to 1/, (raft) => raft.reports(COMMITTED(2), COMMITTED(1))],
    [
      /p1 leads term 3, and commits entry 2 of another term/,
      (raft) => {
        raft.leads();
        raft.reports(COMMITTED(2));
      },
    ],
    [
      /p1 takes its commit index from 2 to 1 in silence/,
      (raft) => {
        raft.told = { commitIndex: 2 };
        raft.reports(COMMITTED(2));
        raft.told = { commitIndex: 1 };
        for (let steps = 0; steps < 16; steps += 1) raft.does();
      },
    ],
    [
      /p1 has applied 2 and committed 1 of a log that ends at 2/,
      (raft) => {
        raft.told = { commitIndex: 1, lastApplied: 2 };
        raft.reports(COMMITTED(1));
        for (let steps = 0; steps < 16; steps += 1) raft.does();
      },
    ],
    [
      /p1 tells of term 4 while its disk has term 3/,
      (raft) => raft.watch.told({ type: 'termChanged', from: 3, to: 4 }),
    ],
    [
      /p1 tells of term 4 while its disk has term 3/,
      (raft) => raft.watch.told({ type: 'leaderChanged', leader: p2, term: 4 }),
    ],
    [
      /p1 goes from .* to .* in one step/,
      (raft) => {
        raft.leads();
        const configuration = { voters: [p2], votersOutgoing: [], learners: [] };
        const entry: Entry = { term: 3, type: 'configuration', configuration };
        raft.does(persist({ type: 'append', firstIndex: 3, entries: [entry] }));
      },
    ],
    [
      /p1 told term 3 and came back with term 2/,
      (raft) => {
        raft.watch.statusLeaves({ ...new ScriptedRaft().status, term: 3, storage: 'disk', uptimeMs: 0 });
        const { stored } = diskOf([]);
        raft.watch.begins({ ...stored, hardState: { currentTerm: 2, votedFor: null } });
      },
    ],
  ];
  for (const [expected, act] of cases) {
    t.throws(() => act(new WrongRaft()), { name: 'SimulationFailure', message: expected });
  }
  const alone = new WrongRaft(false);
  alone.told = { commitIndex: 1 };
  t.throws(() => alone.does({ type: 'apply', firstIndex: 1, entries: entriesOf(1) }), {
    message: /p1 applies entry 1, which is not on the disks of a majority/,
  });
});

t.test('what a core does right is let pass', async (t) => {
  const raft = new WrongRaft();
  t.doesNotThrow(() => {
    raft.told = { commitIndex: 1, lastApplied: 1 };
    raft.reports(COMMITTED(1));
    raft.does({ type: 'apply', firstIndex: 1, entries: entriesOf(1) });
    raft.does(persist({ type: 'truncate', fromIndex: 2 }, { type: 'append', firstIndex: 2, entries: entriesOf(3) }));
    raft.leads();
    raft.told = { commitIndex: 2, lastApplied: 1 };
    raft.reports(COMMITTED(2));
    for (let steps = 0; steps < 32; steps += 1) raft.does();
    raft.watch.told({ type: 'termChanged', from: 2, to: 3 });
  });
  t.equal(raft.watch.appliedThrough, 1);
});

/** A disk with a store of term 1 and one entry on it. */
async function writtenDisk(entry: Entry): Promise<{ disk: RecordDisk; reopen: () => Promise<OpenedStorage> }> {
  const clock = new VirtualClock();
  const process = new SimulatedProcess(clock);
  const disk = new RecordDisk(clock, seededRandom(1), { cluster: clusterId('c'), id: p1, voters: IDS });
  const steps: StorageStep[] = [
    { type: 'setHardState', hardState: { currentTerm: 1, votedFor: p1 } },
    { type: 'append', firstIndex: 1, entries: [entry] },
  ];
  const reopen = (): Promise<OpenedStorage> => passing(clock, disk.open(process));
  const { storage } = await reopen();
  await passing(
    clock,
    new Promise<void>((resolve, reject) => {
      storage.write(steps, (error) => {
        if (error === undefined) resolve();
        else reject(error);
      });
    }),
  );
  return { disk, reopen };
}

/** Lets virtual time pass until the promise is settled. */
async function passing<Value>(clock: VirtualClock, promise: Promise<Value>): Promise<Value> {
  const state = { isOver: false };
  const settled = promise.finally(() => (state.isOver = true));
  settled.catch(() => undefined);
  while (!state.isOver) {
    await new Promise((resolve) => setImmediate(resolve));
    clock.advance(10);
  }
  return settled;
}

t.test(
  'a store that reads what it was not told to hold is not taken for good, nor one that refuses for no reason',
  async (t) => {
    const entry = { term: 1, type: 'command', command: 'a' } as const;
    const whole = await writtenDisk(entry);
    t.same((await whole.reopen()).stored.entries, [entry]);
    const changing = { term: 1, type: 'command' as const, command: 'a' };
    const other = await writtenDisk(changing);
    // What was asked for is another thing now than what was written.
    changing.command = 'b';
    await t.rejects(other.reopen(), { name: 'SimulationFailure', message: /p1 takes its store for good \(unharmed\)/ });
    const harmed = await writtenDisk(entry);
    t.ok(harmed.disk.flipBit());
    await t.rejects(harmed.reopen(), { message: /does not match its checksum/ });
    harmed.disk.damage = undefined;
    await t.rejects(harmed.reopen(), { message: /p1 refuses its store, which nobody harmed/ });
  },
);
