import type { Effect, Persist, Send, SendSnapshotChunk, StoreSnapshotChunk } from '../../../peer/raft/effect.ts';
import type { Input } from '../../../peer/raft/input.ts';
import type { RaftOptions } from '../../../peer/raft/options.ts';
import { Raft } from '../../../peer/raft/Raft.ts';
import type { StoredRaftState } from '../../../peer/raft/RaftState.ts';
import type { PeerId } from '../../../shared/ids.ts';
import type { RaftMessage } from '../../../shared/protocol.ts';
import { afterStep } from '../../../sim/StoredImage.ts';
import type { FuzzWorld } from './FuzzWorld.ts';

export type InputPart = Input extends infer Each ? (Each extends Input ? Omit<Each, 'nowMs'> : never) : never;

/** Snapshots travel in this many pieces. */
const PIECES = 3;

/** A core through any number of lives, over a disk whose writes take time and are lost in a crash before they are done. */
export class FuzzPeer {
  readonly id: PeerId;
  readonly #world: FuzzWorld;
  readonly #options: RaftOptions;
  #disk: StoredRaftState;
  #diskAsked: StoredRaftState;
  #raft: Raft;
  /** Counts its lives; what belongs to an earlier one does nothing. */
  #life = 0;
  #isUp = false;
  #deadlineMs = Number.POSITIVE_INFINITY;
  #durable = 0;
  #writes: Persist[] = [];
  #held: (Send | SendSnapshotChunk)[] = [];
  /** How many pieces of a leader's snapshot are stored, and of which. */
  #pieces = { index: 0, count: 0 };
  /** The machine holds the first so many committed entries. */
  applied = 0;

  constructor(id: PeerId, options: RaftOptions, disk: StoredRaftState, world: FuzzWorld) {
    this.id = id;
    this.#options = options;
    this.#disk = this.#diskAsked = disk;
    this.#world = world;
    this.#raft = new Raft(options, disk);
  }

  get isUp(): boolean {
    return this.#isUp;
  }

  get status(): ReturnType<Raft['status']> {
    return this.#raft.status(this.#world.nowMs);
  }

  start(): void {
    this.#life += 1;
    this.#isUp = true;
    this.#durable = 0;
    this.#writes = [];
    this.#held = [];
    this.#pieces = { index: 0, count: 0 };
    this.#deadlineMs = Number.POSITIVE_INFINITY;
    this.#diskAsked = this.#disk;
    this.applied = this.#disk.snapshot?.index ?? 0;
    this.#raft = new Raft(this.#options, this.#disk);
    this.step({ type: 'start' });
  }

  crash(): void {
    this.#life += 1;
    this.#isUp = false;
    this.#world.counts.crashes += 1;
  }

  step(input: InputPart): void {
    if (!this.#isUp) return;
    const life = this.#life;
    const effects = this.#raft.step({ nowMs: this.#world.nowMs, ...input });
    for (const effect of effects) {
      if (effect.type === 'persist') this.#ask(effect);
    }
    const { role, term } = this.status;
    if (role === 'leader') this.#world.checks.leads(this.id, term, this.#diskAsked);
    for (const effect of effects) if (life === this.#life) this.#carryOut(effect);
  }

  receive(from: PeerId, id: number, message: RaftMessage): void {
    this.step({ type: 'message', from, id, message });
  }

  #later(msMax: number, act: () => void): void {
    const life = this.#life;
    this.#world.later(msMax, () => {
      if (life === this.#life && this.#isUp) act();
    });
  }

  #ask(persist: Persist): void {
    for (const step of persist.steps) {
      if (step.type === 'append') {
        const { base, entries } = this.#diskAsked;
        const previousTerm = entries[step.firstIndex - base.index - 2]?.term ?? base.term;
        this.#world.checks.appended(this.id, step.firstIndex, step.entries, previousTerm);
      }
      this.#diskAsked = afterStep(this.#diskAsked, step);
    }
  }

  #carryOut(effect: Effect): void {
    const { checks, counts } = this.#world;
    switch (effect.type) {
      case 'persist':
        this.#writes.push(effect);
        return this.#later(this.#world.options.writeMsMax, () => this.#written(effect.sequence));
      case 'send':
      case 'sendSnapshotChunk':
        if (effect.after <= this.#durable) return this.#send(effect);
        this.#held.push(effect);
        return;
      case 'setDeadline':
        return this.#setDeadline(effect.atMs);
      case 'apply':
        for (const [offset, entry] of effect.entries.entries()) {
          const index = effect.firstIndex + offset;
          if (index !== this.applied + 1) throw new Error(`${this.id} is handed ${index} after ${this.applied}`);
          checks.applied(this.id, index, entry, this.status.term);
          this.applied = index;
        }
        return this.#later(3, () => this.step({ type: 'applied', index: this.applied }));
      case 'takeSnapshot':
        return this.#later(50, () => {
          counts.snapshots += 1;
          this.step({ type: 'snapshotTaken', index: this.status.lastApplied });
        });
      case 'storeSnapshotChunk':
        return this.#later(5, () => this.#store(effect));
      case 'restore':
        counts.installs += 1;
        if (checks.committed[effect.snapshot.index - 1]?.term !== effect.snapshot.term)
          throw new Error('a wrong snapshot');
        if (effect.snapshot.index < this.applied) throw new Error(`${this.id} is set back to ${effect.snapshot.index}`);
        this.applied = effect.snapshot.index;
        return;
      case 'readReady':
        counts.reads += 1;
        return this.#world.readReady(this.id, effect.requestId, effect.index);
      case 'refused':
        counts.refused += 1;
        return;
      case 'accepted':
        return;
      case 'transferred':
        counts.transfers += 1;
        return;
      case 'report':
        if (effect.event.type === 'configurationChanged') counts.configurations += 1;
        if (effect.event.type === 'ignored' && effect.event.reason === 'impossible') {
          throw new Error(`${this.id} was sent what no correct peer sends: ${effect.messageId ?? ''}`);
        }
    }
  }

  /** All writes up to this one are done: they may be done together. */
  #written(sequence: number): void {
    if (sequence <= this.#durable) return;
    const done = this.#writes.filter((write) => write.sequence <= sequence);
    this.#writes = this.#writes.slice(done.length);
    for (const { steps } of done) this.#disk = steps.reduce(afterStep, this.#disk);
    this.#durable = sequence;
    const ready = this.#held.filter(({ after }) => after <= sequence);
    this.#held = this.#held.filter(({ after }) => after > sequence);
    for (const send of ready) this.#send(send);
    this.step({ type: 'persisted', sequence });
  }

  #setDeadline(atMs: number): void {
    this.#deadlineMs = atMs;
    const life = this.#life;
    this.#world.at(atMs, () => {
      if (life === this.#life && this.#isUp && this.#deadlineMs === atMs) this.step({ type: 'deadline' });
    });
  }

  #send(effect: Send | SendSnapshotChunk): void {
    const message = effect.type === 'send' ? effect.message : this.#pieceOf(effect);
    if (message !== undefined) this.#world.send(this.id, effect.to, effect.id, message);
  }

  #pieceOf({ term, lastIncludedIndex, offset }: SendSnapshotChunk): RaftMessage | undefined {
    const { snapshot } = this.#disk;
    if (snapshot === null) return undefined;
    const { index, term: lastIncludedTerm, configuration } = snapshot;
    const from = lastIncludedIndex === index ? offset : 0;
    const piece = { offset: from, data: '', done: from + 1 >= PIECES };
    return {
      type: 'InstallSnapshot',
      body: { term, lastIncludedIndex: index, lastIncludedTerm, configuration, ...piece },
    };
  }

  #store({ from, id, chunk }: StoreSnapshotChunk): void {
    const { lastIncludedIndex, lastIncludedTerm, configuration, term: requestTerm } = chunk;
    if (this.#pieces.index !== lastIncludedIndex) this.#pieces = { index: lastIncludedIndex, count: 0 };
    if (chunk.offset === this.#pieces.count) this.#pieces.count += 1;
    const piece = { from, id, requestTerm, lastIncludedIndex, nextOffset: this.#pieces.count };
    if (this.#pieces.count < PIECES) return this.step({ type: 'snapshotChunkStored', ...piece });
    this.step({ type: 'snapshotStored', ...piece, lastIncludedTerm, configuration });
  }
}
