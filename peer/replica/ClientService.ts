import type { Clock, Timer } from '../../endpoint/ports/Clock.ts';
import { WhitewaterError } from '../../shared/errors.ts';
import type { PeerId } from '../../shared/ids.ts';
import type { ClientReply, Reply } from '../../shared/messages/ClientReply.ts';
import { REQUESTS_PER_FRAME_MAX, type ClientRequest, type Operation } from '../../shared/messages/ClientRequest.ts';
import type { Logger } from '../../endpoint/ports/Logger.ts';
import { messageOf } from '../machine/messageOf.ts';
import { RecentFrames } from './RecentFrames.ts';
import type { Settle } from './Waiters.ts';

/** Carries one operation out. Rejects with a `WhitewaterError` whose code says whether it may have happened. */
export type Carry = (operation: Operation, timeoutMs: number, settle: Settle<unknown>) => void;

export interface ClientServiceOptions {
  readonly id: PeerId;
  /** Of this process, as its transport says it in `Hello`. */
  readonly instance: string;
  readonly carry: Carry;
  readonly leader: () => PeerId | null;
  /** @returns false when too much waits for the network already */
  readonly send: (to: PeerId, body: ClientReply) => boolean;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** An answer of more bytes does not fit a frame, with some room for its head. */
const REPLY_BYTES_MAX = 1_000_000;
/** A frame of replies ends once it has so many characters, each of three bytes at most. */
const FRAME_CHARACTERS = 262_144;
/** Frames that may wait for room; what comes beyond is dropped. */
const WAITING_MAX = 64;
const RETRY_MS = 5;
const WAITING_MS_MAX = 2_000;

/** Answers requests that clients send in frames. Replies of one turn to one client leave together. */
export class ClientService {
  readonly #options: ClientServiceOptions;
  readonly #recent = new RecentFrames();
  /** Frames for which the network had no room. */
  readonly #waiting: { readonly to: PeerId; readonly replies: Reply[] }[] = [];
  #waitingSinceMs = 0;
  #timer: Timer | undefined;
  readonly #gathered = new Map<PeerId, Reply[]>();

  constructor(options: ClientServiceOptions) {
    this.#options = options;
  }

  stop(): void {
    this.#timer?.stop();
    this.#waiting.length = 0;
  }

  receive(from: PeerId, frameId: number, { instance, requests }: ClientRequest): void {
    if (instance !== this.#options.instance) return this.#turnAway(from, requests);
    if (!this.#recent.isNew(from, frameId)) return;
    const { carry } = this.#options;
    for (const { requestId, timeoutMs, operation } of requests) {
      carry(operation, timeoutMs, {
        resolve: (value) => this.#reply(from, { requestId, ok: true, value: value ?? null }),
        reject: (error) => this.#reply(from, this.#failure(requestId, error)),
      });
    }
  }

  /** Not even to say that it is not the leader's: that would be for certain, and the process that was meant may have led. */
  #turnAway(from: PeerId, requests: ClientRequest['requests']): void {
    const error = new WhitewaterError(
      'PEER_RESTARTED',
      `this was meant for an earlier process of ${this.#options.id}: look up whom to ask, and ask again`,
    );
    for (const { requestId } of requests) this.#reply(from, this.#failure(requestId, error));
  }

  #failure(requestId: number, error: unknown): Reply {
    const leader = this.#options.leader();
    if (error instanceof WhitewaterError) {
      return { requestId, ok: false, code: error.code, message: error.message.slice(0, 4_096), leader };
    }
    const message = messageOf(error);
    this.#options.logger.error(`a client's request met a defect: ${message}`, { error });
    return { requestId, ok: false, code: 'INTERNAL', message: message.slice(0, 4_096), leader };
  }

  #reply(to: PeerId, reply: Reply): void {
    if (this.#gathered.size === 0) this.#options.clock.soon(() => this.#flush());
    const replies = this.#gathered.get(to);
    if (replies === undefined) this.#gathered.set(to, [reply]);
    else replies.push(reply);
  }

  #flush(): void {
    const gathered = [...this.#gathered];
    this.#gathered.clear();
    for (const [to, replies] of gathered) {
      for (const frame of framesOf(replies)) this.#send(to, frame);
    }
  }

  #send(to: PeerId, replies: Reply[]): void {
    if (this.#waiting.length === 0 && this.#options.send(to, { replies })) return;
    // Whoever does not get an answer asks again.
    if (this.#waiting.length >= WAITING_MAX) return;
    if (this.#waiting.length === 0) this.#waitingSinceMs = this.#nowMs;
    this.#waiting.push({ to, replies });
    this.#timer ??= this.#later();
  }

  #sendWaiting(): void {
    this.#timer = undefined;
    for (let first = this.#waiting[0]; first !== undefined; first = this.#waiting[0]) {
      if (!this.#options.send(first.to, { replies: first.replies })) break;
      this.#waiting.shift();
      this.#waitingSinceMs = this.#nowMs;
    }
    // There is no connection, it seems.
    if (this.#nowMs - this.#waitingSinceMs > WAITING_MS_MAX) this.#waiting.length = 0;
    if (this.#waiting.length > 0) this.#timer = this.#later();
  }

  #later(): Timer {
    return this.#options.clock.setTimer(this.#nowMs + RETRY_MS, () => this.#sendWaiting());
  }

  get #nowMs(): number {
    return this.#options.clock.nowMs();
  }
}

function framesOf(replies: Reply[]): Iterable<Reply[]> {
  // Mostly they are few and short, and one look at all of them is enough.
  const characters = replies.length <= REQUESTS_PER_FRAME_MAX ? charactersOf(replies) : undefined;
  return characters !== undefined && characters <= FRAME_CHARACTERS ? [replies] : severalFramesOf(replies);
}

function* severalFramesOf(replies: readonly Reply[]): Generator<Reply[]> {
  let frame: Reply[] = [];
  let characters = 0;
  for (const given of replies) {
    const [reply, length] = sendable(given);
    if (frame.length > 0 && (characters + length > FRAME_CHARACTERS || frame.length >= REQUESTS_PER_FRAME_MAX)) {
      yield frame;
      frame = [];
      characters = 0;
    }
    frame.push(reply);
    characters += length;
  }
  if (frame.length > 0) yield frame;
}

/** @returns undefined when it is not JSON */
function charactersOf(value: unknown): number | undefined {
  try {
    return JSON.stringify(value).length;
  } catch {
    return undefined;
  }
}

/** A reply as it can be sent, and about how many characters it has. */
function sendable(given: Reply): readonly [Reply, number] {
  try {
    const text = JSON.stringify(given);
    return fits(text) ? [given, text.length] : [tooLarge(given.requestId), 256];
  } catch (error) {
    return [notJson(given.requestId, error), 256];
  }
}

const encoder = new TextEncoder();

function fits(text: string): boolean {
  return text.length * 3 <= REPLY_BYTES_MAX || encoder.encode(text).length <= REPLY_BYTES_MAX;
}

function notJson(requestId: number, error: unknown): Reply {
  const message = `the state machine gave an answer that is not JSON: ${messageOf(error)}`.slice(0, 4_096);
  return { requestId, ok: false, code: 'INTERNAL', message, leader: null };
}

function tooLarge(requestId: number): Reply {
  const message = `the answer has more than ${REPLY_BYTES_MAX} bytes: ask for less at a time`;
  return { requestId, ok: false, code: 'ANSWER_TOO_LARGE', message, leader: null };
}
