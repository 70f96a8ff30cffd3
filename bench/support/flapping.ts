import { WebSocket } from 'ws';
import { encodeFrame, RELAY_ADDRESS } from '../../shared/envelope.ts';
import { peerId } from '../../shared/ids.ts';
import { PROTOCOL_VERSION } from '../../shared/protocol.ts';

/** What a relay held at one moment, by its own metrics. */
export interface Held {
  readonly heapBytes: number;
  /** Of the heap, about: what the journals remember, up to their bound. */
  readonly journalBytes: number;
  readonly residentBytes: number;
  readonly openFiles: number;
}

/** How a peer that flaps goes: it closes, breaks off, or says something that the relay ends the connection for. */
const ENDINGS = ['close', 'terminate', 'nonsense'] as const;

/**
 * Peers that connect, say hello, send to each other and go again, over and over.
 * @param until when to stop
 * @returns how many connections there were
 */
export async function flap(url: string, peers: number, until: () => boolean): Promise<number> {
  let connections = 0;
  const run = async (at: number): Promise<void> => {
    for (let life = 0; !until(); life += 1) {
      const ending = ENDINGS[(life + at) % ENDINGS.length] ?? 'close';
      await liveOnce(url, at, life, ending);
      connections += 1;
    }
  };
  await Promise.all(Array.from({ length: peers }, (_, at) => run(at)));
  return connections;
}

/** Some lives have an id of their own, which the relay remembers for a while; the others share one. */
async function liveOnce(url: string, at: number, life: number, ending: (typeof ENDINGS)[number]): Promise<void> {
  const isClient = life % 4 === 0;
  const id = peerId(isClient ? `c${at}-${life}` : `p${at}`);
  const address = `${url.replace(/^http/, 'ws')}/${isClient ? 'client' : 'peer'}?cluster=flap&id=${id}`;
  const socket = new WebSocket(address, { perMessageDeflate: false });
  const closed = new Promise((resolve) => socket.once('close', resolve));
  socket.on('error', () => undefined);
  const body = { protocolVersion: PROTOCOL_VERSION, application: 'raft', instance: `${id}-${life}`, software: 'flap' };
  socket.on('open', () => socket.send(encodeFrame({ type: 'Hello', from: id, to: RELAY_ADDRESS, id: 1, body })));
  await Promise.race([new Promise((resolve) => socket.once('message', resolve)), closed]);
  if (socket.readyState === WebSocket.OPEN) {
    const type = isClient ? 'ClientRequest' : 'RequestVote';
    for (let count = 0; count < 5; count += 1) {
      socket.send(encodeFrame({ type, from: id, to: peerId(`p${(at + 1) % 4}`), id: 2 + count, body: { life } }));
    }
    if (ending === 'nonsense') socket.send('nonsense');
    else if (ending === 'close') socket.close();
    else setImmediate(() => socket.terminate());
  }
  await closed;
}

export async function heldBy(url: string): Promise<Held> {
  const text = await (await fetch(`${url}/metrics`)).text();
  const value = (name: string): number => Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1] ?? Number.NaN);
  return {
    heapBytes: value('nodejs_heap_size_used_bytes'),
    journalBytes: value('whitewater_journal_bytes'),
    residentBytes: value('process_resident_memory_bytes'),
    openFiles: value('process_open_fds'),
  };
}
