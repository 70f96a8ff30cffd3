import { PassThrough } from 'node:stream';
import t from 'tap';
import { performChaos } from '../../cli/chaos/runChaos.ts';
import { chaosCommand } from '../../cli/commands/chaos.ts';
import { SafetyLedger } from '../../shared/safety/SafetyLedger.ts';
import { SafetyWatch } from '../../cli/safety/watchSafety.ts';
import { Scene } from '../../cli/scenario/Scene.ts';
import type { Stage } from '../../client/scenario/Stage.ts';
import { Timeline } from '../../cli/scenario/Timeline.ts';
import { Settings } from '../../cli/settings/Settings.ts';
import { type ErrorCode, WhitewaterError } from '../../shared/errors.ts';
import type { ClusterView } from '../../shared/http/ClusterView.ts';
import type { JournalLine } from '../../shared/http/Journal.ts';
import { noDrops, type Traffic } from '../../shared/http/Traffic.ts';
import { fakeStage, peer, viewOf } from './FakeStage.ts';

const PEERS = ['p1', 'p2', 'p3'];
const PEERS_TOLD = viewOf(
  peer('p1', { role: 'leader', leader: 'p1' }),
  peer('p2', { leader: 'p1' }),
  peer('p3', { leader: 'p1' }),
);
const TRAFFIC = { framesIn: 0, framesDelivered: 0, framesCopied: 0, framesDropped: noDrops() } as Traffic;
const VIEW: ClusterView = { ...PEERS_TOLD, traffic: TRAFFIC };

type Told = Readonly<Record<string, unknown>>;

/** A journal that a test writes. */
class FakeJournal {
  readonly lines: Record<string, unknown>[] = [];
  newest = 0;
  forgotten = 0;

  /** A line of a peer that it is a follower in term 1, unless told otherwise. */
  status(id: string, facts: Told = {}): void {
    const status = { role: 'follower', term: 1, votedFor: null, commitIndex: 0, pid: 1, ...facts };
    this.line({ kind: 'status', id, status });
  }

  line(line: Told): void {
    this.newest += 1;
    this.lines.push({ seq: this.newest, timeMs: 0, ...line });
  }

  /** Forgets all that is older than the newest so many. */
  keep(count: number): void {
    this.forgotten += Math.max(0, this.lines.length - count);
    this.lines.splice(0, this.lines.length - count);
  }

  async *read({ after = 0, kinds }: { after?: number; kinds?: readonly string[] } = {}): AsyncGenerator<JournalLine> {
    const { newest, forgotten } = this;
    yield { kind: 'journal', newest, forgotten, timeMs: 0 } as unknown as JournalLine;
    for (const line of [...this.lines]) {
      if ((line['seq'] as number) > after && kinds?.includes(line['kind'] as string) !== false)
        yield line as unknown as JournalLine;
    }
  }
}

interface Misbehaviour {
  /** In place of an append. */
  readonly append?: (store: Map<string, string>, key: string, token: string) => void;
  /** In place of a read; `count` counts the reads of all clients. */
  readonly get?: (store: Map<string, string>, key: string, count: number, at: string | undefined) => string;
  /** What the faults are answered with. */
  readonly refusal?: ErrorCode;
  /** Told by peers, at once or when the last request of all is made. */
  readonly early?: (journal: FakeJournal) => void;
  readonly late?: (journal: FakeJournal) => void;
}

function stageOf(wrong: Misbehaviour): Stage {
  const store = new Map<string, string>();
  const journal = new FakeJournal();
  for (const id of PEERS) journal.status(id, { role: id === 'p1' ? 'leader' : 'follower', commitIndex: 5 });
  wrong.early?.(journal);
  let reads = 0;
  const stage = fakeStage({
    peers: PEERS,
    view: () => VIEW,
    key: (key, at) => {
      // Looks at replicas are the last thing that a round does.
      if (at === 'p3') wrong.late?.(journal);
      return wrong.get?.(store, key, ++reads, at) ?? store.get(key) ?? null;
    },
  });
  const fault = async (): Promise<void> => {
    if (wrong.refusal !== undefined) throw new WhitewaterError(wrong.refusal, 'no');
  };
  const rules = { rule: fault, release: async () => fault().then(() => 0), removeRule: fault };
  const faults = { partition: fault, reconnect: fault, profile: fault, disconnect: fault, ...rules };
  Object.assign(stage.network, faults, { heal: async () => VIEW, journal: (options: object) => journal.read(options) });
  const append = async (_cluster: string, key: string, token: string): Promise<void> => {
    if (wrong.append !== undefined) wrong.append(store, key, token);
    else store.set(key, (store.get(key) ?? '') + token);
  };
  Object.assign(stage.client, { append, put: async () => undefined });
  return stage;
}

/** One round of chaos on such a stage. @returns the exit code and what was told */
async function chaos(wrong: Misbehaviour): Promise<{ code: number; failure: string | undefined }> {
  const stdout = new PassThrough();
  let text = '';
  stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
  const flags = new Map([['json', 'true']]);
  const settings = new Settings(chaosCommand.settings, { flags, environment: {}, file: undefined });
  const timeline = new Timeline(undefined);
  // Nobody listens there; who leads is not told, and nothing else is asked of it.
  const scene = new Scene(stageOf(wrong), undefined, { url: 'http://127.0.0.1:1', token: undefined }, timeline);
  try {
    const code = await performChaos({ settings, args: [], stdout, stderr: stdout } as never, {
      ...{ scene, timeline, seed: '7', durationMs: 1_500, interrupted: new AbortController().signal },
    });
    const { failure, passed } = JSON.parse(text) as { failure?: string; passed: boolean };
    if (passed !== (code === 0)) throw new Error(`exit code ${code}, and ${text}`);
    return { code, failure };
  } finally {
    await scene.close();
  }
}

const grow = (store: Map<string, string>, key: string, token: string) => store.set(key, (store.get(key) ?? '') + token);

t.test('chaos ends with 0 when nothing is wrong, and 1 for each thing that is', async (t) => {
  const wrong: [name: string, misbehaviour: Misbehaviour, expected: RegExp][] = [
    [
      'an acknowledged write is lost',
      { append: (store, key, token) => token !== '2;' && grow(store, key, token) },
      /did not see 2;, acknowledged before it|lacks 2;, which was acknowledged/,
    ],
    [
      'a write is doubled',
      { append: (store, key, token) => grow(store, key, token === '2;' ? '2;2;' : token) },
      /has 2; twice/,
    ],
    [
      'an unknown write is seen and is gone later',
      {
        append: (store, key, token) => {
          grow(store, key, token);
          if (token === '3;') throw new WhitewaterError('OUTCOME_UNKNOWN', 'perhaps');
        },
        // Once somebody has seen it: how many reads fit into the round is up to the machine.
        get: (store, key) => {
          const value = store.get(key) ?? '';
          if (value.includes('3;')) store.set(key, value.replace('3;', ''));
          return value;
        },
      },
      /saw 3; in a place where a later one did not/,
    ],
    [
      'a refused write is there',
      {
        append: (store, key, token) => {
          grow(store, key, token);
          if (token === '2;') throw new WhitewaterError('NOT_LEADER', 'certainly not');
        },
      },
      /has 2;, which certainly had not happened/,
    ],
    [
      'a client is told of a defect',
      {
        append: () => {
          throw new WhitewaterError('INTERNAL', 'oh');
        },
      },
      /a client was answered with INTERNAL/,
    ],
    ['a rule is refused', { refusal: 'RULE_INVALID' }, /was refused: RULE_INVALID: no/],
    ['a change meets another epoch', { refusal: 'EPOCH_DIFFERS' }, /was refused: EPOCH_DIFFERS/],
    [
      'two leaders',
      { early: (journal) => journal.status('p2', { role: 'leader' }) },
      /two leaders in term 1: p1 and p2/,
    ],
    [
      'two leaders, told last',
      { late: (journal) => journal.status('p2', { role: 'leader' }) },
      /two leaders in term 1: p1 and p2/,
    ],
    [
      'two votes',
      {
        early: (journal) => {
          journal.status('p2', { term: 4, votedFor: 'p1', commitIndex: 5 });
          journal.status('p2', { term: 4, votedFor: 'p3', commitIndex: 5 });
        },
      },
      /p2 voted for p1 and for p3 in term 4/,
    ],
    [
      'a commit index goes back',
      { late: (journal) => journal.status('p3', { commitIndex: 4 }) },
      /commit index of p3 went back from 5 to 4/,
    ],
    [
      'a term goes back',
      { late: (journal) => journal.status('p3', { term: 0 }) },
      /the term of p3 went back from 1 to 0/,
    ],
    [
      'the journal forgets what nobody read',
      {
        late: (journal) => {
          for (let at = 0; at < 5; at += 1) journal.status('p3', { commitIndex: 9 });
          journal.keep(2);
        },
      },
      /the relay forgot lines of its journal/,
    ],
  ];
  const right: [name: string, behaviour: Misbehaviour][] = [
    ['nothing', {}],
    ['sockets that are away', { refusal: 'PEER_NOT_CONNECTED' }],
    ['a leader that there is not', { refusal: 'PARTITION_SHAPE_UNFIT' }],
    ['rules that have ended', { refusal: 'RULE_UNKNOWN' }],
  ];
  await Promise.all([
    ...wrong.map(async ([name, misbehaviour, expected]) => {
      const { code, failure } = await chaos(misbehaviour);
      t.equal(code, 1, name);
      t.match(failure, expected, name);
    }),
    ...right.map(async ([name, behaviour]) => t.same(await chaos(behaviour), { code: 0, failure: undefined }, name)),
  ]);
});

t.test('a stale read of what another client wrote is found', async (t) => {
  // Each client sees its own key as it is; of the others' it sees nothing.
  let reader = '';
  const { code, failure } = await chaos({
    append: (store, key, token) => {
      reader = key;
      grow(store, key, token);
    },
    get: (store, key, _count, at) => (at === undefined && key !== reader ? '' : (store.get(key) ?? '')),
  });
  t.equal(code, 1);
  t.match(failure, /did not see 1;, acknowledged before it/);
});

t.test('a watch reads to the newest line before it ends, whatever else is in the journal', async (t) => {
  const watched = (journal: FakeJournal) =>
    new SafetyWatch({ journal: (options: object) => journal.read(options) }, new SafetyLedger(), () => undefined);
  const journal = new FakeJournal();
  const watch = watched(journal);
  journal.line({ kind: 'faults' });
  journal.status('a', { role: 'leader' });
  journal.line({ kind: 'connection' });
  journal.line({ kind: 'frame' });
  journal.keep(4);
  t.equal(await watch.drain(), undefined);
  const second = watched(journal);
  journal.status('b', { role: 'leader' });
  t.match(await second.drain(), /two leaders in term 1: a and b/);

  const prepared = new FakeJournal();
  prepared.line({ kind: 'faults' });
  t.equal(await watched(prepared).drain(), undefined, 'faults were set, and nobody came yet');

  const old = new FakeJournal();
  for (let at = 0; at < 9; at += 1) old.status('a');
  old.keep(3);
  t.equal(await watched(old).drain(), undefined, 'what was forgotten before the beginning is not missed');
  old.keep(0);
  t.match(await watched(old).drain(), /cannot be vouched for/, 'a journal that keeps nothing');
});
