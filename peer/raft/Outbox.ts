import type { PeerId } from '../../shared/ids.ts';
import type { RaftMessage } from '../../shared/protocol.ts';
import type { Effect, HardState, Send, SendSnapshotChunk, StorageStep } from './effect.ts';
import type { RaftEvent } from './event.ts';

/** What must be durable before a message may leave; in its place until the step's end, when its write has a number. */
const EVERYTHING = -1;
const HARD_STATE = -2;
type Needs = typeof EVERYTHING | typeof HARD_STATE;

/** What waits for which write is decided at the step's end. */
type Unstamped<Sent> = Sent extends unknown ? Omit<Sent, 'after'> & { after: number } : never;
type Outgoing = Unstamped<Send | SendSnapshotChunk>;

/** Effects that neither write nor send. */
type Other = Exclude<Effect, { type: 'persist' | 'send' | 'sendSnapshotChunk' }>;

/**
 * Gathers what one step asks for, and decides what every message waits for.
 *
 * Whatever a message reveals was issued by then, so it waits for the newest write issued, even when its own step wrote nothing
 * (a repeated RequestVote is answered while the first answer's vote is still on its way to the disk). The exceptions reveal a
 * term and nothing else that is not durable: a leader's requests, whose entries may be durable elsewhere first (thesis, 10.2.1),
 * and the answer to a heartbeat. They wait for the newest change of term or vote.
 */
export class Outbox {
  #steps: StorageStep[] = [];
  #hardState: HardState | undefined;
  #outgoing: Outgoing[] = [];
  #others: Other[] = [];
  #from: string | undefined;
  #id = 0;
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

  /** @param from who sent the message that the coming step handles; undefined when it handles none. @param id of the message */
  begin(from: string | undefined, id: number): void {
    this.#from = from;
    this.#id = id;
  }

  /** Waits for everything written so far. @returns the frame's id */
  send(to: PeerId, message: RaftMessage): number {
    return this.#push(to, message, EVERYTHING);
  }

  /** For a message that reveals nothing newer than this peer's term. @returns the frame's id */
  sendRevealingTermOnly(to: PeerId, message: RaftMessage): number {
    return this.#push(to, message, HARD_STATE);
  }

  /** @returns the frame's id */
  sendSnapshotChunk(chunk: Omit<SendSnapshotChunk, 'type' | 'after' | 'id'>): number {
    const id = this.#nextFrameId++;
    this.#outgoing.push({ type: 'sendSnapshotChunk', id, ...chunk, after: HARD_STATE });
    return id;
  }

  /** The last one of a step counts. */
  setHardState(hardState: HardState): void {
    this.#hardState = hardState;
  }

  write(step: StorageStep): void {
    this.#steps.push(step);
  }

  do(effect: Other): void {
    this.#others.push(effect);
  }

  report(event: RaftEvent): void {
    const from = this.#from;
    if (from === undefined) this.#others.push({ type: 'report', event });
    else this.#others.push({ type: 'report', event, messageId: `${from}/${this.#id}` });
  }

  refuse(requestId: number, reason: Extract<Effect, { type: 'refused' }>['reason']): void {
    this.#others.push({ type: 'refused', requestId, reason });
  }

  /** The step's effects: the write first, then the messages, then the rest. */
  take(): Effect[] {
    const steps = this.#takeSteps();
    const others = this.#others;
    if (others.length > 0) this.#others = [];
    // Most steps neither write nor send, and a core takes very many.
    if (steps.length === 0 && this.#outgoing.length === 0) return others;
    const effects: Effect[] = [];
    if (steps.length > 0) {
      this.#issuedSequence += 1;
      if (this.#hardState !== undefined) this.#hardStateSequence = this.#issuedSequence;
      effects.push({ type: 'persist', sequence: this.#issuedSequence, steps });
      this.#steps = [];
      this.#hardState = undefined;
    }
    if (this.#outgoing.length > 0) {
      for (const outgoing of this.#outgoing) {
        outgoing.after = outgoing.after === EVERYTHING ? this.#issuedSequence : this.#hardStateSequence;
        effects.push(outgoing);
      }
      this.#outgoing = [];
    }
    for (const other of others) effects.push(other);
    return effects;
  }

  #push(to: PeerId, message: RaftMessage, needs: Needs): number {
    const id = this.#nextFrameId++;
    this.#outgoing.push({ type: 'send', id, to, message, after: needs });
    return id;
  }

  #takeSteps(): readonly StorageStep[] {
    if (this.#hardState === undefined) return this.#steps;
    return [{ type: 'setHardState', hardState: this.#hardState }, ...this.#steps];
  }
}
