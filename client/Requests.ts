import type { Clock, Timer } from '../endpoint/ports/Clock.ts';
import { NumberMap } from '../shared/NumberMap.ts';
import type { Random } from '../shared/random.ts';
import { type WhitewaterError } from '../shared/errors.ts';
import type { PeerId } from '../shared/ids.ts';
import type { Reply } from '../shared/messages/ClientReply.ts';
import type { ClientRequest, Operation } from '../shared/messages/ClientRequest.ts';
import type { Directory } from '../shared/messages/Directory.ts';
import type { ClusterTransport } from './ClusterTransport.ts';
import { orderOf } from './AnswerOrder.ts';
import { LeaderFinder } from './LeaderFinder.ts';
import { pendingOf, type Pending, type Request } from './Pending.ts';
import { PeerAnswers } from './PeerAnswers.ts';
import { requestFrames } from './requestFrames.ts';
import { asError, errorOf, isPassing, lateError, tooMany, unknown } from './requestErrors.ts';

/** Between two looks at what is overdue. */
const LOOK_MS = 25;
/** Between two questions to the relay. */
const LOOK_UP_MS = 50;
const WAIT_MS_MIN = 10;
const WAIT_MS_MAX = 500;
/** So many that are over may stay among few that wait. */
const SPARE = 64;
/** More requests than this are refused. */
const PENDING_MAX = 20_000;

/** One process of a peer. */
interface Asked {
  readonly peer: PeerId;
  readonly instance: string;
}

/**
 * Carries requests to whoever can answer them, until each has an answer or its time is over. Each may be sent several times:
 * commands have a number in a session, and everything else is the same when it is done twice.
 */
export class Requests {
  readonly #transport: ClusterTransport;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #finder = new LeaderFinder();
  /** Those that are over leave when there are more of them than of the others. */
  #pending: Pending[] = [];
  #count = 0;
  /** Those that wait to be sent, and some that did until a moment ago. */
  #unsent: Pending[] = [];
  readonly #byCopy = new NumberMap<Pending>();
  readonly #answers = new PeerAnswers();
  /** How many wait elsewhere to become requests. */
  #placesTaken = 0;
  /**
   * Numbers begin anywhere, since a client may come back under its old id: peers know frames by their numbers, and answers to its
   * predecessor may come yet.
   */
  #copies: number;
  #frameId: number;
  #isConnected = false;
  #willFlush = false;
  #lookedUpAtMs = Number.NEGATIVE_INFINITY;
  #timer: Timer | undefined;
  #ended: WhitewaterError | undefined;

  constructor(transport: ClusterTransport, clock: Clock, random: Random = Math.random) {
    this.#transport = transport;
    this.#clock = clock;
    this.#random = random;
    this.#copies = Math.floor(random() * 2 ** 48);
    this.#frameId = Math.floor(random() * 2 ** 48);
    transport.start({
      onMessage: (from, _id, message) => {
        if (message.type === 'ClientReply') this.#replied(from, message.body.replies);
      },
      onConnected: (connected) => this.#connected(connected),
      onDirectory: (directory) => this.#directory(directory),
      onFailed: (error) => this.end(asError(error)),
    });
  }

  /** @returns what `forget` takes; undefined when it was refused at once */
  add(request: Request): Pending | undefined {
    const refusal = this.#ended ?? (this.#isFull ? tooMany(PENDING_MAX) : undefined);
    if (refusal !== undefined) {
      request.reject(refusal);
      return undefined;
    }
    const nowMs = this.#clock.nowMs();
    const pending = pendingOf(request, nowMs);
    this.#pending.push(pending);
    this.#count += 1;
    this.#sendSoon(pending);
    this.#timer ??= this.#clock.setTimer(nowMs + LOOK_MS, () => this.#look());
    return pending;
  }

  /** For what will be a request, and counts as one till then. @returns gives the place back. @throws {WhitewaterError} `OVERLOADED` */
  takePlace(): () => void {
    if (this.#ended !== undefined) throw this.#ended;
    if (this.#isFull) throw tooMany(PENDING_MAX);
    this.#placesTaken += 1;
    return () => void (this.#placesTaken -= 1);
  }

  get #isFull(): boolean {
    return this.#count + this.#placesTaken >= PENDING_MAX;
  }

  /** Nobody waits for this one any more. @returns whether it may have happened, or may yet; undefined if it has its answer */
  forget(pending: Pending): boolean | undefined {
    if (pending.isOver) return undefined;
    this.#remove(pending);
    return pending.openCopies.length > 0;
  }

  /** No further request is taken, and those that wait end with an error. */
  end(error: WhitewaterError): void {
    this.#ended ??= error;
    this.#timer?.stop();
    for (const pending of this.#live()) {
      if (pending.isOver) continue;
      this.#remove(pending);
      const { request, openCopies } = pending;
      request.reject(openCopies.length > 0 && request.hasEffect ? unknown(error.message) : error);
    }
  }

  #live(): Pending[] {
    return this.#pending.filter(({ isOver }) => !isOver);
  }

  #remove(pending: Pending): void {
    pending.isOver = true;
    this.#count -= 1;
    if (this.#pending.length > 2 * this.#count + SPARE) this.#pending = this.#live();
    // While there is no connection nothing else takes them out.
    if (this.#unsent.length > 2 * this.#count + SPARE) this.#unsent = this.#unsent.filter(({ isOver }) => !isOver);
    for (const copy of pending.openCopies) this.#byCopy.delete(copy);
  }

  #sendSoon(pending: Pending): void {
    pending.isUnsent = true;
    this.#unsent.push(pending);
    this.#flushSoon();
  }

  #flushSoon(): void {
    if (this.#willFlush) return;
    this.#willFlush = true;
    // All requests of one turn leave together.
    this.#clock.soon(() => {
      this.#willFlush = false;
      this.#flush();
    });
  }

  #flush(): void {
    if (!this.#isConnected) return;
    const nowMs = this.#clock.nowMs();
    const unsent = this.#unsent;
    this.#unsent = [];
    const byPeer = new Map<PeerId, Pending[]>();
    for (const pending of unsent) {
      if (pending.isOver) continue;
      const peer = pending.notBeforeMs > nowMs ? undefined : this.#whomToAsk(pending.request);
      // A peer whose process is not known is looked up first.
      if (peer === undefined || this.#finder.instanceOf(peer) === undefined) {
        this.#unsent.push(pending);
        if (pending.notBeforeMs <= nowMs) this.#lookUp(nowMs);
        continue;
      }
      const others = byPeer.get(peer);
      if (others === undefined) byPeer.set(peer, [pending]);
      else others.push(pending);
    }
    for (const [peer, pending] of byPeer) {
      const instance = this.#finder.instanceOf(peer);
      if (instance !== undefined) this.#ask({ peer, instance }, pending, nowMs);
    }
  }

  #whomToAsk({ to }: Request): PeerId | undefined {
    if (to === undefined) return this.#finder.leaderOrGuess;
    return to === 'anyone' ? this.#finder.anyone : to;
  }

  #ask(asked: Asked, pending: readonly Pending[], nowMs: number): void {
    for (const frame of requestFrames(pending)) {
      const requests = frame.map((one): ClientRequest['requests'][number] => {
        const operation = one.request.operation();
        const timeoutMs = Math.max(1, Math.round(one.endMs - nowMs));
        return { requestId: this.#copyOf(one, operation, asked, nowMs), timeoutMs, operation };
      });
      this.#frameId += 1;
      const body: ClientRequest = { instance: asked.instance, requests };
      this.#transport.send(asked.peer, this.#frameId, { type: 'ClientRequest', body });
    }
  }

  #copyOf(pending: Pending, operation: Operation, { peer, instance }: Asked, nowMs: number): number {
    this.#copies += 1;
    this.#byCopy.set(this.#copies, pending);
    pending.isUnsent = false;
    pending.openCopies.push(this.#copies);
    pending.copiesSent += 1;
    pending.order = orderOf(operation);
    pending.overtakenAtMs = undefined;
    pending.askedPeer = peer;
    pending.askedInstance = instance;
    pending.askedAtMs = nowMs;
    return this.#copies;
  }

  #replied(from: PeerId, replies: readonly Reply[]): void {
    this.#answers.heard(from, this.#clock.nowMs());
    for (const reply of replies) {
      const pending = this.#byCopy.get(reply.requestId);
      if (pending === undefined) continue;
      if (!reply.ok) {
        this.#failed(from, pending, reply);
        continue;
      }
      this.#answered(from, pending, reply);
    }
    this.#flushSoon();
  }

  #answered(from: PeerId, pending: Pending, { requestId, value }: Extract<Reply, { ok: true }>): void {
    const { order, request } = pending;
    this.#remove(pending);
    this.#answers.answered(from, pending, requestId);
    // A follower answers queries too, and whoever handed its leadership over says so after it led.
    if (order === 'log' && request.to === undefined) this.#finder.found(from);
    request.resolve(value);
  }

  #failed(from: PeerId, pending: Pending, reply: Extract<Reply, { ok: false }>): void {
    const { request } = pending;
    const error = errorOf(reply, from, pending.openCopies);
    if (error.definite) {
      pending.openCopies = pending.openCopies.filter((copy) => copy !== reply.requestId);
      this.#byCopy.delete(reply.requestId);
    }
    if (!isPassing(error)) {
      this.#remove(pending);
      this.#answers.answered(from, pending, reply.requestId);
      const isOpen = error.definite && request.hasEffect && pending.openCopies.length > 0;
      // What the log itself answered is the answer to each copy.
      const isForAll = error.code === 'COMMAND_REFUSED' && pending.order === 'log';
      request.reject(isOpen && !isForAll ? unknown(`one of several copies was refused: ${error.message}`) : error);
      return;
    }
    pending.lastError = error;
    const { askedInstance } = pending;
    if (error.code === 'PEER_RESTARTED') {
      // Which process an older copy was meant for is not known any more, nor of matter: it stays open, and the newest counts.
      const isNewest = pending.askedPeer === from && pending.openCopies.at(-1) === reply.requestId;
      if (!isNewest || askedInstance === undefined) return;
      this.#finder.isOver(from, askedInstance);
    }
    const isElsewhere = error.code === 'NOT_LEADER' || error.code === 'PEER_RESTARTED';
    const isRedirected = isElsewhere && reply.leader !== null && reply.leader !== from;
    if (isElsewhere) {
      if (error.code === 'NOT_LEADER' || reply.leader !== from) this.#finder.isNot(from);
      if (isRedirected && reply.leader !== null) this.#finder.found(reply.leader);
      else this.#lookUp(this.#clock.nowMs());
    }
    // An older copy's answer says nothing of a newer one.
    if (pending.askedPeer !== from) return;
    this.#askAgain(pending, isRedirected && pending.failures === 0 ? 0 : this.#waitMs(pending.failures));
    pending.failures += 1;
  }

  /** Longer with each failure, and never the same for two clients. */
  #waitMs(failures: number): number {
    return Math.min(WAIT_MS_MAX, WAIT_MS_MIN * 2 ** failures) * (0.5 + this.#random() / 2);
  }

  #askAgain(pending: Pending, afterMs: number): void {
    pending.askedPeer = undefined;
    pending.notBeforeMs = this.#clock.nowMs() + afterMs;
    if (pending.isUnsent) return;
    pending.isUnsent = true;
    this.#unsent.push(pending);
  }

  #look(): void {
    const nowMs = this.#clock.nowMs();
    this.#timer = undefined;
    for (const pending of this.#live()) {
      // The end of another one may have ended it.
      if (pending.isOver) continue;
      if (nowMs >= pending.endMs) this.#timedOut(pending);
      else if (pending.askedPeer !== undefined) this.#lookAfter(pending, pending.askedPeer, nowMs);
    }
    this.#flush();
    if (this.#count > 0) this.#timer = this.#clock.setTimer(nowMs + LOOK_MS, () => this.#look());
  }

  #lookAfter(pending: Pending, peer: PeerId, nowMs: number): void {
    if (this.#answers.isDoubtful(peer, pending, nowMs)) this.#lookUp(nowMs);
    if (!this.#answers.isOverdue(peer, pending, nowMs)) return;
    if (this.#answers.isSilent(peer, pending, nowMs)) this.#finder.isNot(peer);
    this.#askAgain(pending, 0);
  }

  #timedOut(pending: Pending): void {
    this.#remove(pending);
    pending.request.reject(lateError(pending));
  }

  #connected(connected: boolean): void {
    this.#isConnected = connected;
    this.#lookedUpAtMs = Number.NEGATIVE_INFINITY;
    if (connected) {
      this.#lookUp(this.#clock.nowMs());
      this.#flush();
      return;
    }
    // Answers to what was asked over the old connection do not come any more.
    for (const pending of this.#live()) if (pending.askedPeer !== undefined) this.#askAgain(pending, 0);
  }

  /** Whether the process that was asked has left the relay, or says nothing while another peer leads. */
  #isGone(peer: PeerId, pending: Pending, { peers, leader }: Directory, nowMs: number): boolean {
    if (!peers.some(({ id, instance }) => id === peer && instance === pending.askedInstance)) return true;
    const anotherLeads = leader !== null && leader !== peer;
    return anotherLeads && pending.request.to === undefined && this.#answers.isDoubtful(peer, pending, nowMs);
  }

  #lookUp(nowMs: number): void {
    if (!this.#isConnected || nowMs - this.#lookedUpAtMs < LOOK_UP_MS) return;
    this.#lookedUpAtMs = nowMs;
    this.#transport.lookUp();
  }

  #directory(directory: Directory): void {
    this.#finder.learn(directory);
    const nowMs = this.#clock.nowMs();
    for (const pending of this.#live()) {
      const { askedPeer: peer } = pending;
      if (peer === undefined || !this.#isGone(peer, pending, directory, nowMs)) continue;
      this.#finder.isNot(peer);
      this.#finder.suggested(directory.leader);
      this.#askAgain(pending, 0);
    }
    this.#flush();
  }
}
