import type { Apply, Effect, HardState, Persist, Send, SendSnapshotChunk } from '../../peer/raft/effect.ts';
import type { RaftEvent } from '../../peer/raft/event.ts';
import type { Input } from '../../peer/raft/input.ts';
import { ELECTION_PRESETS } from '../../peer/raft/options.ts';
import { Raft } from '../../peer/raft/Raft.ts';
import type { StoredRaftState } from '../../peer/raft/RaftState.ts';
import type { RaftStatus } from '../../peer/raft/status.ts';
import { peerId, type PeerId } from '../../shared/ids.ts';
import type { Entry } from '../../shared/messages/Entry.ts';
import type { Bodies, RaftMessage, RaftMessageType } from '../../shared/protocol.ts';
import { afterStep } from '../../sim/StoredImage.ts';
import { preVoteGranted, voteGranted } from './raftMessages.ts';
import { diskOf, rulesOf, type ScriptedRaftOptions } from './scriptedRaftOptions.ts';

export type { ScriptedRaftOptions };

/** What a core answers to requests of its own peer, and asks of its state machine. */
export type Outcome = Exclude<
  Effect,
  { type: 'persist' | 'send' | 'sendSnapshotChunk' | 'setDeadline' | 'apply' | 'report' }
>;

type InputPart = Input extends infer Each ? (Each extends Input ? Omit<Each, 'nowMs'> : never) : never;

/**
 * One core in fake time, fed by hand. What it asks for is kept: messages that may leave in `sent`, those that wait for a
 * write in `held`.
 */
export class ScriptedRaft {
  readonly id: PeerId;
  readonly voters: readonly PeerId[];
  readonly raft: Raft;
  readonly persists: Persist[] = [];
  readonly events: RaftEvent[] = [];
  readonly applied: Apply[] = [];
  /** Every message, as the core gave it. */
  readonly asked: Send[] = [];
  readonly chunks: SendSnapshotChunk[] = [];
  outcomes: Outcome[] = [];
  sent: Send[] = [];
  held: Send[] = [];
  nowMs = 1000;
  deadlineMs = Number.POSITIVE_INFINITY;
  /** The longest that the log on disk ever was. */
  everStored: number;
  readonly #options: ScriptedRaftOptions;
  /** What the disk holds, and what it will hold when all that was asked for is done. */
  #disk: StoredRaftState;
  #diskAsked: StoredRaftState;
  #durable = 0;
  #frameId = 0;

  constructor(options: ScriptedRaftOptions = {}) {
    this.#options = options;
    this.id = peerId(options.id ?? 'p1');
    this.#disk = this.#diskAsked = options.disk ?? diskOf(options);
    this.voters = this.#disk.bootstrap.voters;
    this.everStored = this.#disk.entries.length;
    this.raft = new Raft(
      {
        ...ELECTION_PRESETS[options.preset ?? 'lab'],
        noOpOnElection: false,
        ...rulesOf(options),
        id: this.id,
        random: options.random ?? (() => 0.5),
      },
      this.#disk,
    );
    if (options.started ?? true) this.step({ type: 'start', nowMs: this.nowMs });
  }

  /** What the disk holds. */
  get stored(): { term: number; votedFor: PeerId | null; entries: readonly Entry[] } {
    const { hardState, entries } = this.#disk;
    return { term: hardState.currentTerm, votedFor: hardState.votedFor, entries };
  }

  get disk(): StoredRaftState {
    return this.#disk;
  }

  /** The log as the core asked for it, durable or not. */
  get logAsked(): readonly Entry[] {
    return this.#diskAsked.entries;
  }

  get status(): RaftStatus {
    return this.raft.status(this.nowMs);
  }

  get role(): RaftStatus['role'] {
    return this.status.role;
  }

  get term(): number {
    return this.status.term;
  }

  /** The newest write asked for. */
  get issued(): number {
    return this.persists.at(-1)?.sequence ?? 0;
  }

  /** The newest write that is durable. */
  get durable(): number {
    return this.#durable;
  }

  /** When the election timer runs out; undefined when none runs. */
  get electionDeadlineMs(): number | undefined {
    const { electionTimer } = this.status;
    return electionTimer === undefined ? undefined : this.nowMs + electionTimer.remainingMs;
  }

  /** The term and vote that the core last asked to be made durable. */
  get hardStateAsked(): HardState | undefined {
    const steps = this.persists.flatMap((persist) => persist.steps);
    return steps.findLast((step) => step.type === 'setHardState')?.hardState;
  }

  /** Crashes, losing what was not durable, and comes back with what the disk holds. */
  restart(): ScriptedRaft {
    return new ScriptedRaft({ ...this.#options, disk: this.#disk });
  }

  advance(byMs: number): void {
    this.nowMs += byMs;
  }

  /** Gives the input `deadline` at the time that the core asked for, or later. */
  reachDeadline(lateByMs = 0): void {
    this.nowMs = Math.max(this.nowMs, this.deadlineMs + lateByMs);
    this.step({ type: 'deadline', nowMs: this.nowMs });
  }

  /** Reaches one deadline after the other, hearing nothing, until the role is another. */
  reachDeadlinesWhile(role: RaftStatus['role']): void {
    for (let deadlines = 0; this.role === role; deadlines += 1) {
      if (deadlines === 1000) throw new Error(`still ${role} after ${deadlines} deadlines`);
      this.reachDeadline();
    }
  }

  deadline(): void {
    this.step({ type: 'deadline', nowMs: this.nowMs });
  }

  /** @returns the messages that this one caused, held or not */
  receive(from: string, message: RaftMessage, id?: number): Send[] {
    this.#frameId += 1;
    const before = this.asked.length;
    this.step({ type: 'message', nowMs: this.nowMs, from: peerId(from), id: id ?? this.#frameId, message });
    return this.asked.slice(before);
  }

  /** Everything up to `sequence`, the newest write unless told otherwise, is durable. */
  persisted(sequence = this.issued): void {
    for (const persist of this.persists) {
      if (persist.sequence <= this.#durable || persist.sequence > sequence) continue;
      this.#disk = persist.steps.reduce(afterStep, this.#disk);
      this.everStored = Math.max(this.everStored, this.#disk.entries.length);
    }
    this.#durable = Math.max(this.#durable, sequence);
    this.step({ type: 'persisted', nowMs: this.nowMs, sequence });
    this.sent.push(...this.held.filter(({ after }) => after <= this.#durable));
    this.held = this.held.filter(({ after }) => after > this.#durable);
  }

  step(input: Input): Effect[] {
    const effects = this.raft.step(input);
    for (const effect of effects) this.#carryOut(effect);
    const asksFor = (type: Effect['type']): boolean => effects.some((effect) => effect.type === type);
    if (this.#options.autoPersist !== false && asksFor('persist')) this.persisted();
    if (this.#options.autoApply !== false && asksFor('apply')) this.do({ type: 'applied', index: this.handedOut });
    return effects;
  }

  /** An input, now. */
  do(input: InputPart): Effect[] {
    return this.step({ nowMs: this.nowMs, ...input });
  }

  /** Proposes commands under the given numbers. */
  propose(...requestIds: readonly number[]): Effect[] {
    return this.do({
      type: 'propose',
      proposals: requestIds.map((requestId) => ({ requestId, command: `c${requestId}` })),
    });
  }

  /** The last entry that `apply` handed out. */
  get handedOut(): number {
    const last = this.applied.at(-1);
    return last === undefined ? 0 : last.firstIndex + last.entries.length - 1;
  }

  /** What was answered and asked since the last call. */
  takeOutcomes(): Outcome[] {
    const { outcomes } = this;
    this.outcomes = [];
    return outcomes;
  }

  /** The messages that may have left, which are forgotten. */
  takeSent(): Send[] {
    const { sent } = this;
    this.sent = [];
    return sent;
  }

  /** The bodies among the messages sent, by type and receiver. */
  bodiesSent<Type extends RaftMessageType>(type: Type, to?: string): Bodies[Type][] {
    return bodiesOf(this.sent, type, to);
  }

  eventsOf<Type extends RaftEvent['type']>(type: Type): Extract<RaftEvent, { type: Type }>[] {
    return this.events.filter((event): event is Extract<RaftEvent, { type: Type }> => event.type === type);
  }

  /** Times out until it stands as a candidate; everybody grants its pre-votes. */
  becomeCandidate(): void {
    this.reachDeadline();
    if (this.role === 'preCandidate') {
      const inReplyTo = this.asked.at(-1)?.id ?? 0;
      for (const voter of this.voters) {
        if (voter !== this.id && this.role === 'preCandidate') {
          this.receive(voter, preVoteGranted(this.term, { inReplyTo }));
        }
      }
    }
  }

  /** Times out and is elected by the first voters that make a majority. */
  becomeLeader(): void {
    this.becomeCandidate();
    for (const voter of this.voters) {
      if (voter !== this.id && this.role === 'candidate') this.receive(voter, voteGranted(this.term));
    }
  }

  #carryOut(effect: Effect): void {
    switch (effect.type) {
      case 'persist':
        this.persists.push(effect);
        this.#diskAsked = effect.steps.reduce(afterStep, this.#diskAsked);
        break;
      case 'send':
        this.asked.push(effect);
        (effect.after <= this.#durable ? this.sent : this.held).push(effect);
        break;
      case 'setDeadline':
        this.deadlineMs = effect.atMs;
        break;
      case 'apply':
        this.applied.push(effect);
        break;
      case 'report':
        this.events.push(effect.event);
        break;
      case 'sendSnapshotChunk':
        this.chunks.push(effect);
        break;
      default:
        this.outcomes.push(effect);
    }
  }
}

export function bodiesOf<Type extends RaftMessageType>(
  sends: readonly Send[],
  type: Type,
  to?: string,
): Bodies[Type][] {
  return sends.flatMap((send) =>
    send.message.type === type && (to === undefined || send.to === to) ? [send.message.body as Bodies[Type]] : [],
  );
}
