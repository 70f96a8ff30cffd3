import type { Socket } from 'node:net';
import { RELAY_ADDRESS, sliceHead } from '../../shared/envelope.ts';
import type { PeerId } from '../../shared/ids.ts';
import type { Child } from './Child.ts';
import { endpointPath, helloFrame } from './greeting.ts';
import { clientFrame, openSocket, TEXT_FRAME_FIN } from './webSocketClient.ts';

const WELCOME_WITHIN_MS = 5000;

/** A process that forwards frames from one endpoint to another. */
export interface Target {
  readonly name: 'relay' | 'forwarder';
  readonly child: Child;
}

/** Connects as an endpoint: to the relay with a Hello, to the forwarder, which knows of none, without. */
export async function connect({ name, child }: Target, cluster: string, id: PeerId): Promise<Socket> {
  const socket = await openSocket(`http://127.0.0.1:${child.port}${endpointPath(cluster, id)}`);
  if (name === 'relay') {
    socket.write(clientFrame(Buffer.from(helloFrame(id))));
    await welcome(socket);
  }
  return socket;
}

/** Reads the first message, and leaves what follows it to whoever reads next. */
async function welcome(socket: Socket): Promise<void> {
  const text = await firstText(socket);
  const head = sliceHead(text);
  if (head?.type !== 'Welcome' || head.from !== RELAY_ADDRESS)
    throw new Error(`the relay did not say Welcome: ${text}`);
}

async function firstText(socket: Socket): Promise<string> {
  let received: Buffer = Buffer.alloc(0);
  const timer = setTimeout(() => socket.destroy(new Error('the relay did not say Welcome in time')), WELCOME_WITHIN_MS);
  try {
    for await (const chunk of socket.iterator({ destroyOnReturn: false })) {
      received = Buffer.concat([received, chunk as Buffer]);
      for (let frame = splitFrame(received); frame !== undefined; frame = splitFrame(received)) {
        received = frame.rest;
        // On a busy machine a ping may come first; the next one is early enough to be answered.
        if (!frame.isText) continue;
        if (received.length > 0) socket.unshift(received);
        return frame.payload.toString();
      }
    }
  } finally {
    clearTimeout(timer);
  }
  throw new Error('the relay closed the connection instead of saying Welcome');
}

/** @returns undefined while the first frame has not come whole */
function splitFrame(bytes: Buffer): { isText: boolean; payload: Buffer; rest: Buffer } | undefined {
  if (bytes.length < 2) return undefined;
  const isLong = bytes[1] === 126;
  const start = isLong ? 4 : 2;
  if (bytes.length < start) return undefined;
  const end = start + (isLong ? bytes.readUInt16BE(2) : (bytes[1] ?? 0));
  if (bytes.length < end) return undefined;
  return { isText: bytes[0] === TEXT_FRAME_FIN, payload: bytes.subarray(start, end), rest: bytes.subarray(end) };
}
