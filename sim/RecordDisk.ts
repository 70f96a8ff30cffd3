import { SILENT_LOGGER } from '../endpoint/ports/Logger.ts';
import type { OpenedStorage, StoredState } from '../peer/ports/Storage.ts';
import type { HardState, StorageStep } from '../peer/raft/effect.ts';
import type { Database, KeyRange } from '../peer/storage/Database.ts';
import type { StepWitness } from '../peer/storage/LevelStorage.ts';
import type { StoreOwner } from '../peer/storage/loadStore.ts';
import type { Operation } from '../peer/storage/LogRecords.ts';
import { openWitnessed, type WitnessPlace } from '../peer/storage/openWitnessed.ts';
import { witnessLine } from '../peer/storage/witnessLine.ts';
import { configurationOf } from '../peer/raft/configuration.ts';
import type { Random } from '../shared/random.ts';
import { type DiskOptions, QUICK_DISK } from './Disk.ts';
import { RecordSnapshots } from './RecordSnapshots.ts';
import type { SimulatedProcess } from './SimulatedProcess.ts';
import { SimulationFailure } from './SimulationFailure.ts';
import { type DurableState, StoredImage } from './StoredImage.ts';
import type { VirtualClock } from './VirtualClock.ts';

/** What was done to a disk that no store has to survive, but every store has to notice. */
export type Damage = 'bitFlip' | 'lostTail' | 'snapshotBitFlip';

interface Batch {
  readonly operations: readonly Operation[];
  readonly steps: readonly StorageStep[];
  readonly isSynced: boolean;
  /** Forgets to tell that it is done, as a crash does. */
  readonly cancel: () => void;
}

/** What was there before a change, newest last: a disk that lied loses what was synced. */
interface Undo {
  readonly kind: 'batch' | 'clear';
  readonly records: ReadonlyMap<string, string | undefined>;
  /** The witness has it: what was never acknowledged may be lost. */
  isAcknowledged: boolean;
  /** Until it is, or what comes behind it in the log of the database is, a crash may take it back. Nothing waits for a `clear`. */
  isSynced: boolean;
}

/** So many batches a lying disk can lose. */
const UNDO_MAX = 8;
/** A read takes so much of the time of a write. */
const READ_SHARE = 0.2;

/**
 * A disk that outlives its peer, with the real store on it: records, checksums, witness and snapshots. A batch is all or nothing; one
 * that is synced is durable when it is done, and a crash before that finds it done or lost; of those that are not a crash may take
 * back the newest. Beside it stands what the store was told to hold, and
 * whenever the store is opened, what it reads is held against that.
 */
export class RecordDisk implements DurableState {
  options: DiskOptions = QUICK_DISK;
  /** What there is no room for: every write fails then, or those of snapshots, which are large. */
  isFull: 'not' | 'forSnapshots' | 'forAll' = 'not';
  /** Called when a write of a snapshot has begun, or of a piece of one. */
  onWrite: () => void = () => undefined;
  /** Called when a write fails because it is full. */
  onRefused: () => void = () => undefined;
  damage: Damage | undefined;
  readonly #clock: VirtualClock;
  readonly #random: Random;
  readonly #owner: StoreOwner;
  readonly #records = new Map<string, string>();
  readonly #snapshots = new Map<number, Uint8Array>();
  readonly #image: StoredImage;
  #witness: string | undefined;
  /** As it was when it was last synced, which is when the store was opened. */
  #syncedWitness: string | undefined;
  #isWitnessOff = false;
  #batch: Batch | undefined;
  #steps: readonly StorageStep[] = [];
  #undo: Undo[] = [];

  constructor(clock: VirtualClock, random: Random, owner: StoreOwner) {
    this.#clock = clock;
    this.#random = random;
    this.#owner = owner;
    this.#image = new StoredImage(emptyState(owner));
  }

  get hardState(): HardState {
    return this.#image.hardState;
  }

  get stored(): StoredState {
    return this.#image.copy();
  }

  get baseIndex(): number {
    return this.#image.baseIndex;
  }

  termAt(index: number): number | undefined {
    return this.#image.termAt(index);
  }

  /** How many bytes the state beside snapshots takes. */
  get recordBytes(): number {
    let bytes = 0;
    for (const [key, value] of this.#records) bytes += key.length + value.length;
    return bytes;
  }

  get snapshotBytes(): number {
    return this.#snapshots.get(this.#image.snapshot?.index ?? 0)?.length ?? 0;
  }

  /**
   * Opens the store for one life of its peer.
   * @throws whatever a damaged store throws; a SimulationFailure when nobody harmed it, or when it reads something else than it was
   *   told to hold
   */
  async open(process: SimulatedProcess): Promise<OpenedStorage> {
    const { id } = this.#owner;
    let opened: OpenedStorage;
    try {
      opened = await openWitnessed(
        this.database(process),
        this.#owner,
        `the disk of ${id}`,
        this.#place(),
        SILENT_LOGGER,
      );
    } catch (error) {
      if (this.damage !== undefined || this.isFull === 'forAll') throw error;
      throw new SimulationFailure(`${id} refuses its store, which nobody harmed: ${String(error)}`, { cause: error });
    }
    const read = JSON.stringify({ ...opened.stored, bootstrap: null });
    if (read !== JSON.stringify({ ...this.#image.copy(), bootstrap: null })) {
      throw new SimulationFailure(`${id} takes its store for good (${this.damage ?? 'unharmed'}) and reads ${read}`);
    }
    const { storage } = opened;
    return {
      ...opened,
      snapshots: new RecordSnapshots(this.#snapshots, {
        read: () => this.#wait(process, READ_SHARE),
        write: () => this.#writeSlice(process),
      }),
      storage: {
        kind: 'disk',
        write: (steps, done) => {
          this.#steps = steps;
          storage.write(steps, done);
        },
        close: () => Promise.resolve(),
      },
    };
  }

  /** The process ends: a batch under way is done or lost, and the newest of what was not synced may be as it was before. */
  crash(): void {
    const batch = this.#batch;
    this.#batch = undefined;
    batch?.cancel();
    if (batch !== undefined && this.#random() < 0.5) this.#write(batch);
    let isLosing = true;
    for (const undo of this.#undo.filter(({ isSynced }) => !isSynced).reverse()) {
      if (undo.kind === 'batch') isLosing &&= this.#random() < 0.5;
      if (isLosing) this.#takeBack(undo);
      undo.isSynced = true;
    }
  }

  /** A batch as a whole; what was removed comes back key by key. */
  #takeBack(undo: Undo): void {
    if (undo.kind === 'batch') {
      this.#restore(undo);
      this.#undo = this.#undo.filter((other) => other !== undo);
      return;
    }
    for (const [key, value] of undo.records) {
      if (value !== undefined && this.#random() < 0.5) this.#records.set(key, value);
    }
  }

  #restore({ records }: Undo): void {
    for (const [key, value] of records) {
      if (value === undefined) this.#records.delete(key);
      else this.#records.set(key, value);
    }
  }

  /**
   * The power fails, and the witness, which is not synced, is as it was when the store was opened, or half of it is.
   * @returns whether it is another now
   */
  tearWitness(): boolean {
    const [now, before] = [this.#witness, this.#syncedWitness];
    // Whoever tears it then hides that the disk lied.
    if (this.damage !== undefined || now === undefined || before === undefined || now === before) return false;
    const at = this.#random() < 0.3 ? 0 : Math.floor(this.#random() * now.length);
    this.#witness = now.slice(0, at) + before.slice(at);
    this.#isWitnessOff = true;
    return this.#witness !== now;
  }

  /** One bit of one record is another. @returns whether there was one */
  flipBit(): boolean {
    const keys = [...this.#records.keys()];
    const key = keys[Math.floor(this.#random() * keys.length)];
    const value = key === undefined ? undefined : this.#records.get(key);
    if (key === undefined || value === undefined) return false;
    const at = Math.floor(this.#random() * value.length);
    const flipped = String.fromCharCode(value.charCodeAt(at) ^ (1 << Math.floor(this.#random() * 7)));
    this.#records.set(key, value.slice(0, at) + flipped + value.slice(at + 1));
    this.damage = 'bitFlip';
    return true;
  }

  flipSnapshotBit(): boolean {
    const snapshot = this.#snapshots.get(this.#image.snapshot?.index ?? 0);
    if (snapshot === undefined) return false;
    const at = Math.floor(this.#random() * snapshot.length);
    snapshot[at] = (snapshot[at] ?? 0) ^ (1 << Math.floor(this.#random() * 8));
    this.damage = 'snapshotBitFlip';
    return true;
  }

  /** Batches that were acknowledged as synced are gone. @returns whether there were any */
  loseTail(): boolean {
    const newest = this.#undo.findLastIndex(({ isAcknowledged, kind }) => isAcknowledged && kind === 'batch');
    // Without its witness no store can notice it.
    if (newest < 0 || this.#isWitnessOff) return false;
    const lost = this.#undo.splice(Math.floor(this.#random() * (newest + 1))).reverse();
    for (const undo of lost) this.#restore(undo);
    this.damage = 'lostTail';
    return true;
  }

  /** As a process has it that runs on this machine. */
  database(process: SimulatedProcess): Database {
    const records = this.#records;
    return {
      open: () => Promise.resolve(),
      get: (key) => Promise.resolve(records.get(key)),
      batch: (operations, { sync }) => this.#begin(operations, sync, process),
      keys: ({ limit }) => ({
        all: async () => {
          await this.#wait(process, READ_SHARE);
          return [...records.keys()].slice(0, limit);
        },
      }),
      iterator: (range) => this.#iterate(range, process),
      clear: async (range) => {
        await this.#wait(process);
        this.#clear(this.#inRange(range));
      },
      close: () => Promise.resolve(),
    };
  }

  /** As of its beginning. */
  async *#iterate(range: KeyRange, process: SimulatedProcess): AsyncGenerator<readonly [string, string]> {
    await this.#wait(process, READ_SHARE);
    for (const key of this.#inRange(range)) yield [key, this.#records.get(key) ?? ''];
  }

  #inRange({ gte = '', lt = '\uffff', lte = '\uffff' }: KeyRange): string[] {
    return [...this.#records.keys()].filter((key) => key >= gte && key < lt && key <= lte).sort();
  }

  #clear(keys: readonly string[]): void {
    const records = new Map(keys.map((key) => [key, this.#records.get(key)]));
    if (records.size === 0) return;
    for (const key of keys) this.#records.delete(key);
    this.#remember({ kind: 'clear', records, isAcknowledged: false, isSynced: false });
  }

  #begin(operations: readonly Operation[], isSynced: boolean, process: SimulatedProcess): Promise<void> {
    if (this.#batch !== undefined) throw new SimulationFailure('a write was begun before the last one was done');
    const steps = this.#steps;
    this.#steps = [];
    return new Promise((resolve, reject) => {
      const timer = this.#clock.setArrival(this.#clock.nowMs() + process.lagMs + this.#tookMs(), () => {
        const batch = this.#batch;
        this.#batch = undefined;
        if (batch === undefined) return;
        const error = this.isFull === 'forAll' ? this.#refusal() : undefined;
        if (error === undefined) this.#write(batch);
        process.takeIn(() => {
          this.#clock.settles();
          if (error === undefined) resolve();
          else reject(error);
        });
      });
      this.#batch = { operations, steps, isSynced, cancel: () => timer.stop() };
    });
  }

  #write({ operations, steps, isSynced }: Batch): void {
    const before = new Map<string, string | undefined>();
    for (const operation of operations) {
      if (!before.has(operation.key)) before.set(operation.key, this.#records.get(operation.key));
      if (operation.type === 'put') this.#records.set(operation.key, operation.value);
      else this.#records.delete(operation.key);
    }
    for (const step of steps) this.#image.take(step);
    // What is in the log of the database before it is synced with it.
    if (isSynced) for (const undo of this.#undo) undo.isSynced = true;
    this.#remember({ kind: 'batch', records: before, isAcknowledged: false, isSynced });
  }

  #remember(undo: Undo): void {
    this.#undo.push(undo);
    if (this.#undo.length > UNDO_MAX) this.#undo.shift();
  }

  #place(): WitnessPlace {
    const write = (step: number): void => {
      this.#witness = witnessLine(step);
      for (const batch of this.#undo) batch.isAcknowledged = true;
    };
    const witness: StepWitness = { write, close: () => Promise.resolve() };
    return {
      name: `of ${this.#owner.id}`,
      read: () => Promise.resolve(this.#witness),
      open: (step) => {
        write(step);
        this.#syncedWitness = this.#witness;
        this.#isWitnessOff = false;
        return Promise.resolve(witness);
      },
    };
  }

  /** Snapshots are written beside the log. */
  async #writeSlice(process: SimulatedProcess): Promise<void> {
    const written = this.#wait(process);
    this.onWrite();
    await written;
    if (this.isFull !== 'not') throw this.#refusal();
  }

  #refusal(): Error {
    this.onRefused();
    return Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' });
  }

  /** A process that ended never hears that it is done. */
  #wait(process: SimulatedProcess, share = 1): Promise<void> {
    return new Promise((resolve) => {
      this.#clock.setArrival(this.#clock.nowMs() + process.lagMs + share * this.#tookMs(), () =>
        process.takeIn(() => {
          this.#clock.settles();
          resolve();
        }),
      );
    });
  }

  #tookMs(): number {
    const { writeMsMin, writeMsMax } = this.options;
    return writeMsMin + this.#random() * (writeMsMax - writeMsMin);
  }
}

function emptyState({ voters = [] }: StoreOwner): StoredState {
  return {
    hardState: { currentTerm: 0, votedFor: null },
    base: { index: 0, term: 0 },
    entries: [],
    snapshot: null,
    bootstrap: configurationOf([...voters]),
  };
}
