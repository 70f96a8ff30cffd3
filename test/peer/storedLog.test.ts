import { MemoryLevel } from 'memory-level';
import t from 'tap';
import { LevelStorage } from '../../peer/storage/LevelStorage.ts';
import { createStore, loadStore, type LoadedStore, type StoreOwner } from '../../peer/storage/loadStore.ts';
import { configurationOf } from '../../peer/raft/configuration.ts';
import type { StorageStep } from '../../peer/raft/effect.ts';
import { clusterId, peerId } from '../../shared/ids.ts';
import type { Entry } from '../../shared/messages/Entry.ts';
import { seededRandom } from '../../shared/random.ts';
import { until } from '../support/until.ts';
import { testSeed } from '../support/testSeed.ts';

const OWNER: StoreOwner = { cluster: clusterId('c'), id: peerId('p1'), voters: [peerId('p1')] };

/** What a log should be after steps, without records. */
class Model {
  baseIndex = 0;
  baseTerm = 0;
  term = 1;
  entries: Entry[] = [];

  get lastIndex(): number {
    return this.baseIndex + this.entries.length;
  }

  append(count: number): StorageStep {
    const firstIndex = this.lastIndex + 1;
    const added: Entry[] = Array.from({ length: count }, (_, at) => ({
      ...{ term: this.term, type: 'command' },
      command: `${this.term} at ${firstIndex + at}`,
    }));
    this.entries.push(...added);
    return { type: 'append', firstIndex, entries: added };
  }

  truncate(fromIndex: number): StorageStep {
    this.entries.length = fromIndex - 1 - this.baseIndex;
    this.term += 1;
    return { type: 'truncate', fromIndex };
  }

  useSnapshot(index: number, replacesLog: boolean): StorageStep {
    const baseTerm = replacesLog ? this.term : (this.entries[index - this.baseIndex - 1]?.term ?? this.baseTerm);
    this.entries = replacesLog ? [] : this.entries.slice(index - this.baseIndex);
    this.baseIndex = index;
    this.baseTerm = baseTerm;
    const snapshot = { index, term: baseTerm, configuration: configurationOf([peerId('p1')]) };
    return { type: 'useSnapshot', snapshot, baseIndex: index, baseTerm, replacesLog };
  }

  randomStep(random: () => number): StorageStep {
    const upTo = (max: number): number => Math.floor(random() * (max + 1));
    const draw = random();
    if (draw < 0.5 || this.entries.length === 0) return this.append(1 + upTo(6));
    if (draw < 0.75) return this.truncate(this.baseIndex + 1 + upTo(this.entries.length - 1));
    if (draw < 0.95) return this.useSnapshot(this.baseIndex + 1 + upTo(this.entries.length - 1), false);
    // Of another history, which may be shorter than this one.
    return this.useSnapshot(this.baseIndex + 1 + upTo(this.entries.length + 4), true);
  }
}

async function load(database: MemoryLevel): Promise<LoadedStore> {
  const loaded = await loadStore(database, OWNER, 'the test store');
  if (loaded === undefined) throw new Error('the store is empty');
  return loaded;
}

t.test(
  'whatever was appended, truncated and compacted, and wherever within a record: what is loaded is the log',
  async (t) => {
    const seed = testSeed(t);
    const random = seededRandom(seed, 'stored log');
    for (let round = 0; round < 60; round += 1) {
      const database = new MemoryLevel();
      // What compaction leaves over may stay for long, or for ever: its removal is not waited for.
      const clear: () => Promise<void> = database.clear.bind(database);
      if (round % 2 === 0) database.clear = () => Promise.resolve();
      let storage = new LevelStorage('memory', database, await createStore(database, OWNER));
      const model = new Model();
      for (let write = 0; write < 20; write += 1) {
        const count = 1 + Math.floor(random() * 4);
        const steps = Array.from({ length: count }, () => model.randomStep(random));
        const hardState = { currentTerm: model.term, votedFor: null };
        await new Promise<void>((resolve, reject) => {
          storage.write([{ type: 'setHardState', hardState }, ...steps], (error) =>
            error === undefined ? resolve() : reject(error),
          );
        });
        const loaded = await load(database);
        const { entries, head } = loaded;
        const found = [head.baseIndex, head.baseTerm, head.lastIndex, entries];
        if (!t.same(found, [model.baseIndex, model.baseTerm, model.lastIndex, model.entries], `seed ${seed}`)) return;
        // From here on by what was loaded, as after a restart.
        if (random() < 0.3) storage = new LevelStorage('memory', database, loaded);
      }
      database.clear = clear;
      storage = new LevelStorage('memory', database, await load(database));
      storage.write(
        [{ type: 'setHardState', hardState: { currentTerm: model.term, votedFor: null } }],
        () => undefined,
      );
      const isClean = async (): Promise<boolean> => {
        const records = await database.keys({ gte: 'entries/', lt: 'entries0' }).all();
        return records.length <= model.entries.length + 1;
      };
      await until(isClean, { withinMs: 10_000, what: 'a database without what compaction took' });
    }
  },
);

t.test('what one write appends is one record', async (t) => {
  const database = new MemoryLevel();
  const storage = new LevelStorage('memory', database, await createStore(database, OWNER));
  const model = new Model();
  const steps = [model.append(3), model.append(1), model.append(200)];
  await new Promise<void>((resolve) => storage.write(steps, () => resolve()));
  t.same(await database.keys({ gte: 'entries/', lt: 'entries0' }).all(), ['entries/0000000000000001']);
});
