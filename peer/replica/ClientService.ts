import { WhitewaterError } from '../../shared/errors.ts';
import type { PeerId } from '../../shared/ids.ts';
import type { ClientReply, Reply } from '../../shared/messages/ClientReply.ts';
import { REQUESTS_PER_FRAME_MAX, type ClientRequest, type Operation } from '../../shared/messages/ClientRequest.ts';
import type { Logger } from '../../endpoint/ports/Logger.ts';
import { RecentFrames } from './RecentFrames.ts';

/** Carries one operation out. @throws {WhitewaterError} saying by its code whether it may have happened */
export type Carry = (operation: Operation, timeoutMs: number) => Promise<unknown>;

export interface ClientServiceOptions {
  readonly carry: Carry;
  readonly leader: () => PeerId | null;
  readonly send: (to: PeerId, body: ClientReply) => void;
  readonly logger: Logger;
}

/** An answer of more bytes does not fit a frame, with some room for its head. */
const REPLY_BYTES_MAX = 1_000_000;
/** A frame of replies ends once it has so many characters, each of three bytes at most. */
const FRAME_CHARACTERS = 262_144;

/** Answers requests that clients send in frames. Replies of one turn to one client leave together. */
export class ClientService {
  readonly #options: ClientServiceOptions;
  readonly #recent = new RecentFrames();
  readonly #gathered = new Map<PeerId, Reply[]>();

  constructor(options: ClientServiceOptions) {
    this.#options = options;
  }

  receive(from: PeerId, frameId: number, { requests }: ClientRequest): void {
    if (!this.#recent.isNew(from, frameId)) return;
    const { carry } = this.#options;
    for (const { requestId, timeoutMs, operation } of requests) {
      carry(operation, timeoutMs).then(
        (value) => this.#reply(from, { requestId, ok: true, value: value ?? null }),
        (error: unknown) => this.#reply(from, this.#failure(requestId, error)),
      );
    }
  }

  #failure(requestId: number, error: unknown): Reply {
    const leader = this.#options.leader();
    if (error instanceof WhitewaterError) {
      return { requestId, ok: false, code: error.code, message: error.message.slice(0, 4_096), leader };
    }
    const message = error instanceof Error ? error.message : String(error);
    this.#options.logger.error(`a client's request met a defect: ${message}`, { error });
    return { requestId, ok: false, code: 'INTERNAL', message: message.slice(0, 4_096), leader };
  }

  #reply(to: PeerId, reply: Reply): void {
    if (this.#gathered.size === 0) queueMicrotask(() => this.#flush());
    const replies = this.#gathered.get(to);
    if (replies === undefined) this.#gathered.set(to, [reply]);
    else replies.push(reply);
  }

  #flush(): void {
    for (const [to, replies] of this.#gathered) {
      for (const frame of framesOf(replies)) this.#options.send(to, { replies: frame });
    }
    this.#gathered.clear();
  }
}

function framesOf(replies: Reply[]): Iterable<Reply[]> {
  // Mostly they are few and short, and one look at all of them is enough.
  const fitOne = replies.length <= REQUESTS_PER_FRAME_MAX && JSON.stringify(replies).length <= FRAME_CHARACTERS;
  return fitOne ? [replies] : severalFramesOf(replies);
}

function* severalFramesOf(replies: readonly Reply[]): Generator<Reply[]> {
  let frame: Reply[] = [];
  let characters = 0;
  for (const given of replies) {
    const text = JSON.stringify(given);
    const reply = fits(text) ? given : tooLarge(given.requestId);
    if (frame.length > 0 && (characters + text.length > FRAME_CHARACTERS || frame.length >= REQUESTS_PER_FRAME_MAX)) {
      yield frame;
      frame = [];
      characters = 0;
    }
    frame.push(reply);
    characters += text.length;
  }
  if (frame.length > 0) yield frame;
}

const encoder = new TextEncoder();

function fits(text: string): boolean {
  return text.length * 3 <= REPLY_BYTES_MAX || encoder.encode(text).length <= REPLY_BYTES_MAX;
}

function tooLarge(requestId: number): Reply {
  const message = `the answer has more than ${REPLY_BYTES_MAX} bytes: ask for less at a time`;
  return { requestId, ok: false, code: 'ANSWER_TOO_LARGE', message, leader: null };
}
