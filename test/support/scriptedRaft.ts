import type { Apply, Effect, HardState, Persist, RaftEvent, Send, StorageStep } from '../../peer/raft/effect.ts';
import type { Input } from '../../peer/raft/input.ts';
import { ELECTION_PRESETS, type ElectionOptions, type ElectionPreset } from '../../peer/raft/options.ts';
import { Raft } from '../../peer/raft/Raft.ts';
import type { RaftStatus } from '../../peer/raft/status.ts';
import { peerId, type PeerId } from '../../shared/ids.ts';
import type { Entry } from '../../shared/messages/Entry.ts';
import type { Bodies, RaftMessage, RaftMessageType } from '../../shared/protocol.ts';
import { entriesOf, preVoteGranted, voteGranted } from './raftMessages.ts';

export interface ScriptedRaftOptions extends Partial<ElectionOptions> {
  /** The times and rules; `lab`, which is the plain Figure 2, unless told otherwise. */
  readonly preset?: ElectionPreset;
  readonly id?: string;
  /** How many voters: p1, p2, ... */
  readonly peers?: number;
  /** The stored term; that of the last stored entry unless told otherwise. */
  readonly term?: number;
  readonly votedFor?: string | null;
  /** The terms of the stored entries. */
  readonly log?: readonly number[];
  /** The stored entries themselves. */
  readonly entries?: readonly Entry[];
  /** Half-way between the shortest and the longest timeout, each time, unless told otherwise. */
  readonly random?: () => number;
  /** Whether a write is durable at once; true unless told otherwise. Else call `persisted`. */
  readonly autoPersist?: boolean;
  readonly entriesPerMessageMax?: number;
  /** False: the test calls `start` itself. */
  readonly started?: boolean;
}

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
  sent: Send[] = [];
  held: Send[] = [];
  nowMs = 1000;
  deadlineMs = Number.POSITIVE_INFINITY;
  /** What the disk holds. */
  readonly stored: { term: number; votedFor: PeerId | null; entries: Entry[] };
  /** The log as the core asked for it, durable or not. */
  readonly logAsked: Entry[];
  /** The longest that the log on disk ever was. */
  everStored: number;
  readonly #options: ScriptedRaftOptions;
  readonly #autoPersist: boolean;
  #durable = 0;
  #frameId = 0;

  constructor(options: ScriptedRaftOptions = {}) {
    const election: ElectionOptions = { ...ELECTION_PRESETS[options.preset ?? 'lab'], ...electionPart(options) };
    this.#options = options;
    this.id = peerId(options.id ?? 'p1');
    this.voters = Array.from({ length: options.peers ?? 3 }, (_, at) => peerId(`p${at + 1}`));
    const votedFor = options.votedFor === undefined || options.votedFor === null ? null : peerId(options.votedFor);
    const entries = options.entries ?? entriesOf(...(options.log ?? []));
    this.stored = { term: options.term ?? entries.at(-1)?.term ?? 0, votedFor, entries: [...entries] };
    this.logAsked = [...entries];
    this.everStored = entries.length;
    this.#autoPersist = options.autoPersist ?? true;
    this.raft = new Raft(
      {
        ...election,
        id: this.id,
        voters: this.voters,
        random: options.random ?? (() => 0.5),
        ...(options.entriesPerMessageMax === undefined ? {} : { entriesPerMessageMax: options.entriesPerMessageMax }),
      },
      { hardState: { currentTerm: this.stored.term, votedFor }, entries: [...this.stored.entries] },
    );
    if (options.started ?? true) this.step({ type: 'start', nowMs: this.nowMs });
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
    const { term, votedFor, entries } = this.stored;
    return new ScriptedRaft({ ...this.#options, term, votedFor, entries });
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
      if (persist.sequence > this.#durable && persist.sequence <= sequence) this.#store(persist.steps);
    }
    this.#durable = Math.max(this.#durable, sequence);
    this.step({ type: 'persisted', nowMs: this.nowMs, sequence });
    this.sent.push(...this.held.filter(({ after }) => after <= this.#durable));
    this.held = this.held.filter(({ after }) => after > this.#durable);
  }

  step(input: Input): Effect[] {
    const effects = this.raft.step(input);
    for (const effect of effects) this.#carryOut(effect);
    const asksForWrite = effects.some(({ type }) => type === 'persist');
    if (this.#autoPersist && asksForWrite) this.persisted();
    return effects;
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
        changeLog(this.logAsked, effect.steps);
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
    }
  }

  #store(steps: readonly StorageStep[]): void {
    for (const step of steps) {
      if (step.type !== 'setHardState') continue;
      this.stored.term = step.hardState.currentTerm;
      this.stored.votedFor = step.hardState.votedFor;
    }
    changeLog(this.stored.entries, steps);
    this.everStored = Math.max(this.everStored, this.stored.entries.length);
  }
}

function changeLog(log: Entry[], steps: readonly StorageStep[]): void {
  for (const step of steps) {
    if (step.type === 'truncate') log.splice(step.fromIndex - 1);
    if (step.type !== 'append') continue;
    if (step.firstIndex !== log.length + 1) throw new Error('the log has a gap');
    log.push(...step.entries);
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

function electionPart(options: ScriptedRaftOptions): Partial<ElectionOptions> {
  const { heartbeatMs, electionTimeoutMsMin, electionTimeoutMsMax, preVote, checkQuorum } = options;
  return {
    ...(heartbeatMs === undefined ? {} : { heartbeatMs }),
    ...(electionTimeoutMsMin === undefined ? {} : { electionTimeoutMsMin }),
    ...(electionTimeoutMsMax === undefined ? {} : { electionTimeoutMsMax }),
    ...(preVote === undefined ? {} : { preVote }),
    ...(checkQuorum === undefined ? {} : { checkQuorum }),
  };
}
