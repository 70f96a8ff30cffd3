import type { PeerId } from '../../shared/ids.ts';
import type { Entry } from '../../shared/messages/Entry.ts';
import type { RaftMessage } from '../../shared/protocol.ts';
import type { Effect, HardState, RaftEvent, StorageStep } from './effect.ts';

interface Outgoing {
  readonly id: number;
  readonly to: PeerId;
  readonly message: RaftMessage;
  readonly needs: 'everything' | 'hardState';
}

/**
 * Gathers what one step asks for, and decides what every message waits for.
 *
 * No handler chooses: whatever a message reveals was issued by then, so it waits for the newest write issued, even when its
 * own step wrote nothing (a repeated RequestVote is answered while the first answer's vote is still on its way to the disk).
 * The one exception is a leader's request, which reveals its term but whose entries may be durable elsewhere first
 * (thesis, 10.2.1): it waits for the newest change of term or vote.
 */
export class Outbox {
  #steps: StorageStep[] = [];
  #hardState: HardState | undefined;
  #outgoing: Outgoing[] = [];
  #others: Effect[] = [];
  #messageId: string | undefined;
  #nextFrameId = 1;
  #issuedSequence = 0;
  #hardStateSequence = 0;

  /** The newest write of the steps before this one; 0 before the first. */
  get issuedSequence(): number {
    return this.#issuedSequence;
  }

  /** The sequence that this step's write will have, if it writes. */
  get upcomingSequence(): number {
    return this.#issuedSequence + 1;
  }

  get nextFrameId(): number {
    return this.#nextFrameId;
  }

  /** @param messageId of the message that the coming step handles */
  begin(messageId: string | undefined): void {
    this.#messageId = messageId;
  }

  reply(to: PeerId, message: RaftMessage): void {
    this.#outgoing.push({ id: this.#nextFrameId++, to, message, needs: 'everything' });
  }

  request(to: PeerId, message: RaftMessage): void {
    const needs = message.type === 'AppendEntries' ? 'hardState' : 'everything';
    this.#outgoing.push({ id: this.#nextFrameId++, to, message, needs });
  }

  /** The last one of a step counts. */
  setHardState(hardState: HardState): void {
    this.#hardState = hardState;
  }

  truncate(fromIndex: number): void {
    this.#steps.push({ type: 'truncate', fromIndex });
  }

  append(firstIndex: number, entries: readonly Entry[]): void {
    this.#steps.push({ type: 'append', firstIndex, entries });
  }

  apply(firstIndex: number, entries: readonly Entry[]): void {
    this.#others.push({ type: 'apply', firstIndex, entries });
  }

  setDeadline(atMs: number): void {
    this.#others.push({ type: 'setDeadline', atMs });
  }

  report(event: RaftEvent): void {
    const messageId = this.#messageId;
    this.#others.push(messageId === undefined ? { type: 'report', event } : { type: 'report', event, messageId });
  }

  /** The step's effects: the write first, then the messages, then the rest. */
  take(): Effect[] {
    const effects: Effect[] = [];
    const steps = this.#hardState === undefined ? this.#steps : this.#withHardState(this.#hardState);
    if (steps.length > 0) {
      this.#issuedSequence += 1;
      if (this.#hardState !== undefined) this.#hardStateSequence = this.#issuedSequence;
      effects.push({ type: 'persist', sequence: this.#issuedSequence, steps });
    }
    for (const { id, to, message, needs } of this.#outgoing) {
      const after = needs === 'everything' ? this.#issuedSequence : this.#hardStateSequence;
      effects.push({ type: 'send', id, to, message, after });
    }
    effects.push(...this.#others);
    this.#steps = [];
    this.#hardState = undefined;
    this.#outgoing = [];
    this.#others = [];
    return effects;
  }

  #withHardState(hardState: HardState): StorageStep[] {
    return [{ type: 'setHardState', hardState }, ...this.#steps];
  }
}
