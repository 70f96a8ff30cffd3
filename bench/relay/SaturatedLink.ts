import type { Socket } from 'node:net';
import { ExpectedStream } from '../support/ExpectedStream.ts';
import { FIRST_FRAME_ID, frameOf, type Link } from '../support/frames.ts';
import { connect, type Target } from '../support/Target.ts';
import { clientFrame, serverFrame } from '../support/webSocketClient.ts';

/** Frames that are made before a run and sent over and over, each with an id and a mask of its own, unless told otherwise. */
const RING_FRAMES = 1024;
const PONG_FRAME_FIN = 0x8a;

/** A link's frames, as its sender sends them and as its receiver must get them. */
export interface Ring {
  readonly link: Link;
  readonly frames: number;
  readonly outgoing: Buffer;
  readonly expected: Buffer;
}

export function makeRing(link: Link, frameBytes: number, frames = RING_FRAMES): Ring {
  const payloads = Array.from({ length: frames }, (_, index) =>
    Buffer.from(frameOf(link, FIRST_FRAME_ID + index, frameBytes)),
  );
  return {
    ...{ link, frames },
    outgoing: Buffer.concat(payloads.map((payload) => clientFrame(payload))),
    expected: Buffer.concat(payloads.map(serverFrame)),
  };
}

export interface Load {
  readonly cluster: string;
  /** The most frames that are on their way at any time; at most as many as the ring has. */
  readonly windowFrames: number;
}

/**
 * A sender that always has as many frames on their way as its window allows, and its receiver. What has arrived makes
 * room for more, so no buffer grows, and a frame that were lost would show.
 */
export class SaturatedLink {
  readonly #ring: Buffer;
  readonly #ringFrames: number;
  readonly #sentFrameBytes: number;
  readonly #sender: Socket;
  readonly #receiver: Socket;
  readonly #stream: ExpectedStream;
  readonly #windowFrames: number;
  /** Room is filled when there is this much of it: a sender with much to say does not say it frame by frame. */
  readonly #refillFrames: number;
  #sent = 0;
  #running = false;
  #failure: Error | undefined;

  private constructor(ring: Ring, sender: Socket, receiver: Socket, windowFrames: number) {
    this.#ring = ring.outgoing;
    this.#ringFrames = ring.frames;
    this.#sentFrameBytes = ring.outgoing.length / ring.frames;
    this.#sender = sender;
    this.#receiver = receiver;
    this.#windowFrames = windowFrames;
    this.#refillFrames = Math.max(1, windowFrames / 4);
    this.#stream = new ExpectedStream(ring.expected, ring.expected.length / ring.frames, (payload) =>
      receiver.write(clientFrame(payload, PONG_FRAME_FIN)),
    );
  }

  static async open(target: Target, ring: Ring, load: Load): Promise<SaturatedLink> {
    if (load.windowFrames > ring.frames) throw new RangeError(`a window has at most ${ring.frames} frames`);
    // One after the other: the forwarder pairs connections in the order in which they come.
    const sender = await connect(target, load.cluster, ring.link.from);
    const receiver = await connect(target, load.cluster, ring.link.to);
    const link = new SaturatedLink(ring, sender, receiver, load.windowFrames);
    link.#listen();
    return link;
  }

  get sent(): number {
    return this.#sent;
  }

  /** @throws {Error} when what arrived is not what was sent, or a connection ended */
  get received(): number {
    if (this.#failure !== undefined) throw this.#failure;
    return this.#stream.frames;
  }

  start(): void {
    this.#running = true;
    this.#refill();
  }

  /** Sends no more; what is on its way still arrives. */
  stop(): void {
    this.#running = false;
  }

  close(): void {
    this.stop();
    for (const socket of [this.#sender, this.#receiver]) {
      socket.removeAllListeners('close');
      socket.destroy();
    }
  }

  #listen(): void {
    this.#receiver.on('data', (chunk: Buffer) => {
      try {
        this.#stream.read(chunk);
      } catch (error) {
        this.#fail(error instanceof Error ? error : new Error(String(error)));
      }
      this.#refill();
    });
    // Pings of the relay: what a sender sends is sign of life enough.
    this.#sender.resume();
    for (const socket of [this.#sender, this.#receiver]) {
      socket.on('error', (error) => this.#fail(error));
      socket.on('close', () => this.#fail(new Error('the server closed a connection')));
    }
  }

  #fail(error: Error): void {
    this.#running = false;
    this.#failure ??= error;
  }

  #refill(): void {
    const room = this.#windowFrames - (this.#sent - this.#stream.frames);
    if (!this.#running || room < this.#refillFrames) return;
    const first = this.#sent % this.#ringFrames;
    const untilEnd = Math.min(room, this.#ringFrames - first);
    this.#write(first, first + untilEnd);
    if (room > untilEnd) this.#write(0, room - untilEnd);
    this.#sent += room;
  }

  #write(first: number, end: number): void {
    this.#sender.write(this.#ring.subarray(first * this.#sentFrameBytes, end * this.#sentFrameBytes));
  }
}
