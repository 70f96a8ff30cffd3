import { encodeFrame, type Address } from '../../../shared/envelope.ts';
import { statusBody } from './TestPeer.ts';

/** Mulberry32: the same numbers from the same seed. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Makes what no correct endpoint sends, the same from the same seed. */
export class RelayFuzzer {
  readonly random: () => number;

  constructor(seed: number) {
    this.random = randomFrom(seed);
  }

  below(bound: number): number {
    return Math.floor(this.random() * bound);
  }

  pick<Value>(values: readonly Value[]): Value {
    const value = values[this.below(values.length)];
    if (value === undefined) throw new Error('nothing to pick from');
    return value;
  }

  frame(id: string): string {
    const type = this.pick([
      'RequestVote',
      'AppendEntriesReply',
      'Status',
      'Ping',
      'Hello',
      'Welcome',
      'Gossip',
      '__proto__',
    ]);
    const to = this.pick(['@relay', 'p1', 'p2', 'constructor', '__proto__', 'nobody']);
    const body = this.pick<unknown>([
      {},
      null,
      17,
      'x'.repeat(this.below(3000)),
      statusBody({ term: this.below(9) }),
      [[[]]],
    ]);
    return encodeFrame({
      type,
      from: this.pick([id, id, id, 'p1', '@relay']) as Address,
      to: to as Address,
      id: this.below(1e6),
      body,
    });
  }

  mutate(text: string): Buffer {
    const bytes = Buffer.from(text);
    const at = this.below(bytes.length);
    switch (this.below(7)) {
      case 0:
        return bytes.subarray(0, at);
      case 1:
        bytes[at] = this.below(256);
        return bytes;
      case 2:
        return Buffer.concat([bytes, bytes.subarray(at)]);
      case 3:
        return Buffer.from(
          text.replace(
            '{',
            `{"${this.pick(['from', 'to', 'id', 'body', '__proto__'])}":${this.pick(['1', '"p1"', '{}', '[', ''])},`,
          ),
        );
      case 4:
        return Buffer.from(Array.from({ length: this.below(200) }, () => this.below(256)));
      case 5:
        return Buffer.from('[{"a":'.repeat(this.below(5000)));
      default:
        return bytes;
    }
  }

  /** Bytes that only nearly ask for an upgrade. */
  request(): string {
    const path = this.pick([
      '/peer?cluster=demo&id=p7',
      '/peer?cluster=&id=',
      '/client',
      '/api/clusters/demo/live',
      '/%',
      '/peer?'.repeat(200),
      '*',
    ]);
    const host = this.pick(['127.0.0.1', 'evil.example', '', 'localhost:x', '[::1', 'a'.repeat(5000)]);
    const key = this.pick(['dGhlIHNhbXBsZSBub25jZQ==', 'short', '']);
    const version = this.pick(['13', '8', '', '99999999999']);
    const lines = [`GET ${path} HTTP/1.1`, `Host: ${host}`, 'Connection: Upgrade', 'Upgrade: websocket'];
    lines.push(
      `Sec-WebSocket-Key: ${key}`,
      `Sec-WebSocket-Version: ${version}`,
      'Sec-WebSocket-Extensions: permessage-deflate',
    );
    return `${lines.slice(0, 2 + this.below(6)).join('\r\n')}${this.pick(['\r\n\r\n', '\r\n', '', '\n\n', '\u0000\r\n\r\n'])}`;
  }
}
