import type { Socket } from 'node:net';
import { WhitewaterError } from '../../shared/errors.ts';
import { addressKey, isLoopbackAddress } from './addresses.ts';
import { Bucket } from './Bucket.ts';

export interface AddressLimitOptions {
  readonly addressConnectionsMax: number;
  readonly addressRequestsPerSecond: number;
  readonly addressFramesPerSecond: number;
  readonly addressBytesPerSecond: number;
  readonly limitsLoopback: boolean;
}

/** Addresses that are remembered; beyond it the one that was idle longest is forgotten. */
export const ADDRESSES_MAX = 10_000;
/** Beyond its limit an address may have so many connections on which it is told so; further ones are cut at once. */
const CONNECTIONS_TOLD_MAX = 64;
/** What may come at once after a quiet time, in seconds' worth of the rate. */
const BURST_S = 2;

/** What one remote address does at the moment. */
class AddressUse {
  connections = 0;
  readonly requests: Bucket;
  readonly frames: Bucket;
  readonly bytes: Bucket;

  constructor(options: AddressLimitOptions) {
    this.requests = new Bucket(options.addressRequestsPerSecond, BURST_S);
    this.frames = new Bucket(options.addressFramesPerSecond, BURST_S);
    this.bytes = new Bucket(options.addressBytesPerSecond, BURST_S);
  }
}

/** Counts what came over one connection. */
export interface Meter {
  /** @returns for how long nothing more should be read, in milliseconds; 0: go on */
  take(bytes: number, nowMs: number): number;
}

type Remote = Pick<Socket, 'remoteAddress' | 'remotePort'>;

interface Admission {
  readonly use: AddressUse;
  /** Why the first request is to be refused. */
  refusal: string | undefined;
  /** The connection itself was counted as the first request. */
  isFirst: boolean;
}

/**
 * What one remote address may have and do: connections at once, new ones and requests a second, frames and bytes a
 * second. Too many connections and requests are refused; too many frames wait where they are, since TCP holds up their
 * sender without losing any.
 *
 * IPv6 addresses count by their /64, which is what one host may choose from.
 */
export class AddressLimits {
  readonly #options: AddressLimitOptions;
  readonly #clock: () => number;
  /** In the order of their last connection. */
  readonly #uses = new Map<string, AddressUse>();
  /** By address and port, under which TLS has another object for the same connection. */
  readonly #admissions = new Map<string, Admission>();
  /** How often a connection was not read for a while. */
  pauses = 0;

  constructor(options: AddressLimitOptions, clock: () => number) {
    this.#options = options;
    this.#clock = clock;
  }

  /** Addresses that are remembered. */
  get size(): number {
    return this.#uses.size;
  }

  /** @returns whether to keep the connection, if only to say on it why it is refused */
  connected(socket: Remote & { once(event: 'close', listener: () => void): unknown }): boolean {
    const use = this.#useOf(socket.remoteAddress);
    if (use === undefined) return true;
    const { addressConnectionsMax, addressRequestsPerSecond } = this.#options;
    const isWithinRate = use.requests.take(1, this.#clock());
    if (use.connections >= addressConnectionsMax + CONNECTIONS_TOLD_MAX) return false;
    use.connections += 1;
    const refusal =
      use.connections > addressConnectionsMax
        ? `this address has ${addressConnectionsMax} connections, and gets no more (addressConnectionsMax)`
        : isWithinRate
          ? undefined
          : tooFast(addressRequestsPerSecond);
    const name = nameOf(socket);
    const admission: Admission = { use, refusal, isFirst: true };
    this.#admissions.set(name, admission);
    socket.once('close', () => {
      use.connections -= 1;
      if (this.#admissions.get(name) === admission) this.#admissions.delete(name);
    });
    return true;
  }

  /** @throws {WhitewaterError} RATE_LIMITED */
  checkRequest(socket: Remote): void {
    if (this.#admissions.size === 0) return;
    const admission = this.#admissions.get(nameOf(socket));
    if (admission === undefined) return;
    const { use, refusal, isFirst } = admission;
    admission.isFirst = false;
    if (refusal !== undefined) throw new WhitewaterError('RATE_LIMITED', refusal);
    if (isFirst || use.requests.take(1, this.#clock())) return;
    throw new WhitewaterError('RATE_LIMITED', tooFast(this.#options.addressRequestsPerSecond));
  }

  /** @returns undefined for an address without limits, so that its frames cost nothing */
  meterOf(socket: Remote): Meter | undefined {
    const use = this.#admissions.get(nameOf(socket))?.use;
    if (use === undefined) return undefined;
    return {
      take: (bytes, nowMs) => {
        const waitMs = Math.max(use.frames.takeOnCredit(1, nowMs), use.bytes.takeOnCredit(bytes, nowMs));
        if (waitMs > 0) this.pauses += 1;
        return waitMs;
      },
    };
  }

  #useOf(address: string | undefined): AddressUse | undefined {
    if (address === undefined || (!this.#options.limitsLoopback && isLoopbackAddress(address))) return undefined;
    const key = addressKey(address);
    const known = this.#uses.get(key);
    const use = known ?? new AddressUse(this.#options);
    if (known === undefined) this.#makeRoom();
    else this.#uses.delete(key);
    this.#uses.set(key, use);
    return use;
  }

  /** Its buckets are full again after a few seconds anyway, so little is forgotten. */
  #makeRoom(): void {
    if (this.#uses.size < ADDRESSES_MAX) return;
    for (const [key, use] of this.#uses) {
      if (use.connections > 0) continue;
      this.#uses.delete(key);
      return;
    }
  }
}

function nameOf({ remoteAddress = '', remotePort = 0 }: Remote): string {
  return `${remoteAddress} ${remotePort}`;
}

function tooFast(perSecond: number): string {
  return `this address connects and asks more than ${perSecond} times a second (addressRequestsPerSecond)`;
}
