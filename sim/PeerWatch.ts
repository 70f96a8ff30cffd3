import type { DriverEvent } from '../peer/Driver.ts';
import type { StoredState } from '../peer/ports/Storage.ts';
import type { Effect, StorageStep } from '../peer/raft/effect.ts';
import type { RaftEvent } from '../peer/raft/event.ts';
import type { Input } from '../peer/raft/input.ts';
import type { Raft } from '../peer/raft/Raft.ts';
import type { RaftStatus } from '../peer/raft/status.ts';
import type { PeerId } from '../shared/ids.ts';
import type { Entry } from '../shared/messages/Entry.ts';
import type { Status } from '../shared/messages/Status.ts';
import type { RaftMessage } from '../shared/protocol.ts';
import type { Invariants } from './invariants.ts';
import { ReadRule } from './ReadRule.ts';
import { SimulationFailure } from './SimulationFailure.ts';
import { type DurableState, StoredImage } from './StoredImage.ts';

export interface WatchOptions {
  readonly id: PeerId;
  /** This peer's disk. */
  readonly disk: DurableState;
  /** The disk of any peer; undefined when there is no such peer. */
  readonly diskOf: (peer: PeerId) => DurableState | undefined;
  readonly invariants: Invariants;
  readonly onEvent: (peer: PeerId, event: RaftEvent, messageId: string | undefined) => void;
}

/** A status takes as long as a tenth of a step. */
const STEPS_PER_LOOK = 16;

/** One peer through all its lives, followed by what its core decides, and held against the rules before anything of it leaves. */
export class PeerWatch {
  role: RaftStatus['role'] = 'follower';
  term = 0;
  /** Whom it takes for the leader of its term. */
  leader: PeerId | null = null;
  /** Counts its starts, from 1. */
  lives = 0;
  readonly #options: WatchOptions;
  /** The log as the core has it: what is on disk and what is on its way there. */
  #log: StoredImage;
  /** In this life. */
  #appliedThrough = 0;
  #commitIndex = 0;
  #reads: ReadRule;
  #steps = 0;

  constructor(options: WatchOptions, stored: StoredState) {
    this.#options = options;
    this.#log = new StoredImage(stored);
    this.#reads = this.#noReads();
    options.invariants.founded(stored.bootstrap);
  }

  get log(): readonly Entry[] {
    return this.#log.entries;
  }

  get lastIndex(): number {
    return this.#log.lastIndex;
  }

  get appliedThrough(): number {
    return this.#appliedThrough;
  }

  /** Its process is no more, or not yet. */
  ends(): void {
    this.role = 'follower';
    this.leader = null;
  }

  begins(stored: StoredState): void {
    const { id, invariants } = this.#options;
    this.lives += 1;
    this.#log = new StoredImage(stored);
    this.role = 'follower';
    this.term = stored.hardState.currentTerm;
    this.leader = null;
    this.#appliedThrough = stored.snapshot?.index ?? 0;
    this.#commitIndex = this.#appliedThrough;
    this.#reads = this.#noReads();
    invariants.restarted(id, stored.hardState);
  }

  /** The core as its driver is to have it: each step is looked at before anything of it leaves. */
  over(raft: Raft): Pick<Raft, 'step' | 'status' | 'leaseUntilMs'> {
    return {
      step: (input) => this.#step(raft, input),
      status: (nowMs) => raft.status(nowMs),
      leaseUntilMs: () => raft.leaseUntilMs(),
    };
  }

  #step(raft: Raft, input: Input): Effect[] {
    const wasLeader = this.role === 'leader';
    this.#reads.takes(input);
    const effects = raft.step(input);
    // Writes come first in the list of effects, whatever came first in the step.
    const isLeader =
      wasLeader && !effects.some((effect) => effect.type === 'report' && effect.event.type === 'roleChanged');
    for (const effect of effects) {
      if (effect.type === 'persist') this.#changeLog(effect.steps, isLeader, effects);
      if (effect.type === 'report') this.#note(effect.event, effect.messageId);
      if (effect.type === 'apply') this.#apply(raft, effect.firstIndex, effect.entries, input.nowMs);
      if (effect.type === 'restore') this.#appliedThrough = Math.max(this.#appliedThrough, effect.snapshot.index);
      this.#reads.does(effect);
    }
    if (isLeader) this.#configures(effects);
    this.#steps += 1;
    if (this.#steps % STEPS_PER_LOOK === 0) this.#looksAt(raft.status(input.nowMs));
    return effects;
  }

  /** Whoever asked in a life before waits no more. */
  #noReads(): ReadRule {
    const { id, invariants } = this.#options;
    return new ReadRule(id, () => invariants.committed.length);
  }

  /** What is committed stays so, whether the core tells of it or not, and nothing else is applied. */
  #looksAt({ commitIndex, lastApplied }: Pick<RaftStatus, 'commitIndex' | 'lastApplied'>): void {
    const { id } = this.#options;
    if (commitIndex < this.#commitIndex) {
      throw new SimulationFailure(
        `${id} takes its commit index from ${this.#commitIndex} to ${commitIndex} in silence`,
      );
    }
    this.#commitIndex = commitIndex;
    if (lastApplied > commitIndex || commitIndex > this.#log.lastIndex) {
      throw new SimulationFailure(
        `${id} has applied ${lastApplied} and committed ${commitIndex} of a log that ends at ${this.#log.lastIndex}`,
      );
    }
  }

  #commits(commitIndex: number): void {
    const { id } = this.#options;
    if (commitIndex <= this.#commitIndex) {
      throw new SimulationFailure(`${id} takes its commit index from ${this.#commitIndex} to ${commitIndex}`);
    }
    // A leader counts copies of entries of its own term only (paper, section 5.4.2).
    if (this.role === 'leader' && this.#log.termAt(commitIndex) !== this.term) {
      throw new SimulationFailure(`${id} leads term ${this.term}, and commits entry ${commitIndex} of another term`);
    }
    this.#commitIndex = commitIndex;
  }

  /** Something is sent. */
  messageLeaves(to: PeerId, message: RaftMessage): void {
    const { id, invariants, disk } = this.#options;
    invariants.messageLeaves(id, to, message, disk);
  }

  statusLeaves(status: Status): void {
    const { id, invariants, disk } = this.#options;
    invariants.statusLeaves(id, this.lives, status, disk);
  }

  /** The driver tells its program of a term only when the disk has it. */
  told(event: DriverEvent): void {
    const term = event.type === 'termChanged' ? event.to : event.type === 'committed' ? 0 : event.term;
    const { id, disk } = this.#options;
    const { currentTerm } = disk.hardState;
    if (term > currentTerm) {
      throw new SimulationFailure(`${id} tells of term ${term} while its disk has term ${currentTerm}`);
    }
  }

  #apply(raft: Raft, firstIndex: number, entries: readonly Entry[], nowMs: number): void {
    const { id, invariants, diskOf } = this.#options;
    if (firstIndex !== this.#appliedThrough + 1) {
      throw new SimulationFailure(`${id} is given entry ${firstIndex} to apply after ${this.#appliedThrough}`);
    }
    this.#appliedThrough += entries.length;
    const status = raft.status(nowMs);
    if (this.#appliedThrough > status.commitIndex) {
      throw new SimulationFailure(`${id} is given ${this.#appliedThrough} to apply, past its commit index`);
    }
    invariants.applied(id, firstIndex, entries, this.term, (index, term) =>
      [status.voters, status.votersOutgoing].every((voters) => isOnMajority(voters, index, term, diskOf)),
    );
  }

  #changeLog(steps: readonly StorageStep[], isLeader: boolean, effects: readonly Effect[]): void {
    const { id, invariants } = this.#options;
    for (const step of steps) {
      if (step.type === 'truncate') {
        if (isLeader) throw new SimulationFailure(`${id} leads, and removes entries of its own log`);
        invariants.truncated(id, this.#termAfter(effects), step.fromIndex, this.#log);
      }
      this.#log.take(step);
      if (step.type === 'append') invariants.appended(id, step.firstIndex, step.entries, this.#log);
      if (step.type === 'useSnapshot') {
        invariants.compacted(id, { index: step.baseIndex, term: step.baseTerm }, step.snapshot);
      }
    }
  }

  /** After what the step committed is known: the second half of a change follows in the step that commits the first. */
  #configures(effects: readonly Effect[]): void {
    const { id, invariants } = this.#options;
    const steps = effects.flatMap((effect) => (effect.type === 'persist' ? effect.steps : []));
    for (const step of steps) {
      if (step.type !== 'append') continue;
      for (const [at, entry] of step.entries.entries()) {
        if (entry.type !== 'configuration') continue;
        invariants.configured(id, step.firstIndex + at, entry.configuration, this.#log);
      }
    }
  }

  /** Which term it is in when the step is done. */
  #termAfter(effects: readonly Effect[]): number {
    for (const effect of effects) {
      if (effect.type === 'report' && effect.event.type === 'termChanged') return effect.event.to;
    }
    return this.term;
  }

  #note(event: RaftEvent, messageId: string | undefined): void {
    const { id, invariants, onEvent } = this.#options;
    if (event.type === 'roleChanged') this.role = event.to;
    if (event.type === 'leaderChanged') this.leader = event.leader;
    if (event.type === 'committed') this.#commits(event.commitIndex);
    if (event.type === 'snapshotInstalled') this.#commitIndex = Math.max(this.#commitIndex, event.index);
    if (event.type === 'termChanged') {
      if (event.from !== this.term || event.to <= event.from) {
        throw new SimulationFailure(`${id} goes from term ${this.term} to ${event.to}`);
      }
      this.term = event.to;
    }
    onEvent(id, event, messageId);
    if (event.type === 'roleChanged' && event.to === 'leader') {
      invariants.electedLeader(id, this.lives, this.term, this.#log);
    }
  }
}

function isOnMajority(voters: readonly PeerId[], index: number, term: number, diskOf: WatchOptions['diskOf']): boolean {
  const count = voters.filter((voter) => {
    const disk = diskOf(voter);
    return disk !== undefined && (index <= disk.baseIndex || disk.termAt(index) === term);
  }).length;
  return voters.length === 0 || 2 * count > voters.length;
}
