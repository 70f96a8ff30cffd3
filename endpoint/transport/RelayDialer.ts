import type { WhitewaterError } from '../../shared/errors.ts';
import type { Directory } from '../../shared/messages/Directory.ts';
import type { Hello } from '../../shared/messages/Hello.ts';
import type { Refused } from '../../shared/messages/Refused.ts';
import type { Welcome } from '../../shared/messages/Welcome.ts';
import type { ClusterId, PeerId } from '../../shared/ids.ts';
import type { Clock, Timer } from '../ports/Clock.ts';
import type { FrameSigner } from '../ports/FrameSigner.ts';
import { backoffMs, type Backoff } from './backoff.ts';
import { errorOf, type Ending } from './ending.ts';
import type { ReadFrame } from './FrameReader.ts';
import { RelayConnection, type ConnectionTimes } from './RelayConnection.ts';
import type { EndpointKind } from './relayAddress.ts';
import type { OpenSocket } from './RelaySocket.ts';

export interface DialerOptions {
  readonly kind: EndpointKind;
  readonly cluster: ClusterId;
  readonly id: PeerId;
  /** In order of preference; at least one. */
  readonly relays: readonly string[];
  readonly hello: Hello;
  readonly token: string | undefined;
  readonly signer: FrameSigner | undefined;
  readonly openSocket: OpenSocket;
  readonly clock: Clock;
  readonly random: () => number;
  readonly times: ConnectionTimes;
  readonly backoff: Backoff;
}

export interface DialerHandlers {
  /** A connection is welcomed, and takes the place of any before it. */
  onConnected(connection: RelayConnection, welcome: Welcome): void;
  onLost(connection: RelayConnection, ending: Ending): void;
  onFrame(frame: Exclude<ReadFrame, { kind: 'control' }>): void;
  onDirectory(directory: Directory): void;
  onTimeOut(): void;
  onRefused(refused: Refused): void;
  /** A relay did not take a connection; another try follows. */
  onFailedTry(relay: string, ending: Ending): void;
  /** No further try follows. */
  onFailed(error: WhitewaterError): void;
  onEvent(event: 'connecting' | 'waiting' | 'pinged' | 'probing', details: Readonly<Record<string, unknown>>): void;
}

/** A wait after every relay said that trying sooner is useless. */
const SLOW_MS = 5000;
/** A connection that lasted so long was good: after its loss the backoff begins anew. */
const GOOD_AFTER_MS = 1000;

/** While on another than the first relay, the better ones are tried this often. */
const PROBE_MS_MIN = 2000;
/** The same, after going back was a mistake again and again. */
const PROBE_MS_MAX = 60_000;
/** Going back was a mistake if the better relay was lost again within this time. */
const PROVEN_AFTER_MS = 30_000;

interface Current {
  readonly connection: RelayConnection;
  readonly position: number;
  readonly sinceMs: number;
  /** It replaced a connection to a relay of less preference. */
  readonly isReturn: boolean;
}

/**
 * Keeps one connection to the best relay that answers: tries them in order, waits longer from round to round, and goes back to a
 * better one once it answers again, without letting go of the present one before.
 */
export class RelayDialer {
  readonly #options: DialerOptions;
  readonly #handlers: DialerHandlers;
  #current: Current | undefined;
  /** A connection that is not welcomed yet; beside a current one it is a probe. */
  #attempt: RelayConnection | undefined;
  #timer: Timer | undefined;
  #round = 0;
  #lostAtMs: number;
  /** Whether every relay of this round asked for slower tries. */
  #roundIsSlow = true;
  /** How many relays of this round refused this peer for good. */
  #finalRefusals = 0;
  #probeMs = PROBE_MS_MIN;
  #stopped = false;

  constructor(options: DialerOptions, handlers: DialerHandlers) {
    this.#options = options;
    this.#handlers = handlers;
    this.#lostAtMs = options.clock.nowMs();
  }

  /** Begins with the first relay. Handlers are not called within this call, but for `onEvent`. */
  start(): void {
    if (!this.#stopped) this.#try(0);
  }

  /** @param onGone called once the present socket is closed; no other handler is called any more */
  stop(onGone: () => void): void {
    this.#stopped = true;
    this.#timer?.stop();
    this.#attempt?.terminate();
    const current = this.#current;
    if (current === undefined) onGone();
    else current.connection.close(onGone);
  }

  #try(position: number): void {
    const { relays, clock } = this.#options;
    const relay = relays[position];
    if (relay === undefined) {
      this.#waitForNextRound();
      return;
    }
    const isProbe = this.#current !== undefined;
    this.#handlers.onEvent(isProbe ? 'probing' : 'connecting', { relay, round: this.#round });
    const connection = new RelayConnection(
      { ...this.#options, relay, clock },
      {
        onWelcome: (welcome) => this.#welcomed(connection, position, welcome),
        onEnded: (ending) => this.#ended(connection, position, ending),
        onFrame: (frame) => this.#handlers.onFrame(frame),
        onDirectory: (directory) => this.#handlers.onDirectory(directory),
        onTimeOut: () => this.#handlers.onTimeOut(),
        onRefused: (refused) => this.#handlers.onRefused(refused),
        onPing: () => this.#handlers.onEvent('pinged', { relay }),
      },
    );
    this.#attempt = connection;
  }

  #welcomed(connection: RelayConnection, position: number, welcome: Welcome): void {
    const before = this.#current;
    this.#attempt = undefined;
    this.#timer?.stop();
    this.#current = { connection, position, sinceMs: this.#options.clock.nowMs(), isReturn: before !== undefined };
    before?.connection.close(() => undefined);
    if (position > 0) this.#probeLater();
    this.#handlers.onConnected(connection, welcome);
  }

  #ended(connection: RelayConnection, position: number, ending: Ending): void {
    if (this.#stopped) return;
    if (connection === this.#current?.connection) this.#lost(this.#current, ending);
    else if (connection === this.#attempt) this.#failedTry(connection.relay, position, ending);
  }

  #lost(current: Current, ending: Ending): void {
    const { clock } = this.#options;
    const nowMs = clock.nowMs();
    const lastedMs = nowMs - current.sinceMs;
    this.#current = undefined;
    this.#timer?.stop();
    this.#lostAtMs = nowMs;
    this.#roundIsSlow = true;
    if (lastedMs >= GOOD_AFTER_MS) this.#round = 0;
    if (current.isReturn) this.#judgeReturn(lastedMs);
    this.#handlers.onLost(current.connection, ending);
    if (ending.next === 'final') this.#fail(ending);
    // A probe that is under way becomes the next try.
    else if (this.#attempt === undefined) this.#beginAgain(ending, lastedMs);
  }

  #beginAgain(ending: Ending, lastedMs: number): void {
    // The relay is silent, not restarting: no other peer tries at the same moment, and time was lost already.
    if (ending.code === 'CONNECTION_LOST' && lastedMs >= GOOD_AFTER_MS) {
      this.#try(0);
      return;
    }
    this.#roundIsSlow = ending.next === 'slowly';
    this.#waitForNextRound();
  }

  #failedTry(relay: string, position: number, ending: Ending): void {
    this.#attempt = undefined;
    this.#handlers.onFailedTry(relay, ending);
    if (this.#current !== undefined) {
      if (position + 1 < this.#current.position) this.#try(position + 1);
      else this.#probeLater();
      return;
    }
    if (ending.next === 'final') this.#finalRefusals += 1;
    // Another relay may speak this peer's version.
    if (this.#finalRefusals === this.#options.relays.length) {
      this.#fail(ending);
      return;
    }
    if (ending.next !== 'slowly' && ending.next !== 'final') this.#roundIsSlow = false;
    this.#try(position + 1);
  }

  #waitForNextRound(): void {
    const { clock, random, backoff } = this.#options;
    const nowMs = clock.nowMs();
    const jitterMs = backoffMs(backoff, this.#round, nowMs - this.#lostAtMs, random);
    const waitMs = this.#roundIsSlow ? SLOW_MS + jitterMs : jitterMs;
    this.#round += 1;
    this.#handlers.onEvent('waiting', { waitMs, round: this.#round });
    this.#timer = clock.setTimer(nowMs + waitMs, () => {
      this.#roundIsSlow = true;
      this.#finalRefusals = 0;
      this.#try(0);
    });
  }

  #probeLater(): void {
    const { clock, random } = this.#options;
    const waitMs = this.#probeMs * (0.75 + random() / 2);
    this.#timer = clock.setTimer(clock.nowMs() + waitMs, () => this.#try(0));
  }

  /** A better relay that comes and goes must not take us along each time. */
  #judgeReturn(lastedMs: number): void {
    this.#probeMs = lastedMs < PROVEN_AFTER_MS ? Math.min(2 * this.#probeMs, PROBE_MS_MAX) : PROBE_MS_MIN;
  }

  #fail(ending: Ending): void {
    this.stop(() => undefined);
    this.#handlers.onFailed(errorOf(ending));
  }
}
