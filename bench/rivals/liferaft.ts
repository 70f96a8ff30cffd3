import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { createServer, connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { loadPackage } from './packages.ts';
import { within, type RivalEnd, type RivalOptions } from './rival.ts';

interface Command {
  readonly number: number;
  readonly key: string;
  readonly value: string;
}
type Answer = (error: Error | undefined, data?: unknown) => void;
type Write = (packet: unknown, answer: Answer) => void;

/** What is used of the package @markwylde/liferaft. */
interface LifeRaft {
  readonly state: number;
  join(address: string, write: Write): unknown;
  command(command: Command): Promise<void>;
  on(name: 'commit', listener: (command: Command) => void): void;
  on(name: 'error', listener: (error: unknown) => void): void;
  emit(name: 'data', packet: unknown, answer: (data: unknown) => void): void;
  end(): void;
}
type LifeRaftClass = (new (address: string, options: Record<string, unknown>) => LifeRaft) & {
  readonly LEADER: number;
};

/**
 * A server of three with its log in LevelDB, whose writes it does not sync. The package has no transport, so it gets one here: JSON lines
 * over TCP. Commands are handed to it one after the other: two at once would get one place in its log.
 */
export async function startLiferaft({ index, ports, directory }: RivalOptions): Promise<RivalEnd> {
  const LifeRaft = loadPackage('@markwylde/liferaft') as LifeRaftClass;
  mkdirSync(directory, { recursive: true });
  const values = new Map<string, string>();
  const waiting = new Map<number, () => void>();
  const raft = new LifeRaft(`n${index}`, {
    ...{ 'election min': 250, 'election max': 400, heartbeat: 100 },
    ...{ Log: loadPackage('@markwylde/liferaft/log.js'), path: join(directory, `n${index}`) },
  });
  raft.on('error', () => undefined);
  raft.on('commit', ({ number, key, value }) => {
    values.set(key, value);
    waiting.get(number)?.();
  });
  const server = createServer((socket) => serve(socket, (packet, answer) => raft.emit('data', packet, answer)));
  server.listen(ports[index], '127.0.0.1');
  await once(server, 'listening');
  ports.forEach((port, at) => {
    if (at !== index) raft.join(`n${at}`, linkTo(port));
  });
  let commands = 0;
  let turn: Promise<unknown> = Promise.resolve();
  return {
    isLeader: () => raft.state === LifeRaft.LEADER,
    put: (key, value) => {
      const number = (commands += 1);
      const committed = new Promise<void>((resolve) => waiting.set(number, resolve));
      const accepted = turn.then(() => raft.command({ number, key, value }));
      turn = accepted.catch(() => undefined);
      const done = Promise.all([accepted, committed]).finally(() => waiting.delete(number));
      return within(done, 'a put');
    },
    held: (key) => values.get(key) ?? null,
    stop: async () => {
      raft.end();
      server.close();
    },
  };
}

function serve(socket: Socket, handle: (packet: unknown, answer: (data: unknown) => void) => void): void {
  socket.setNoDelay(true);
  socket.on('error', () => undefined);
  createInterface({ input: socket }).on('line', (line) => {
    const { id, packet } = JSON.parse(line) as { id: number; packet: unknown };
    handle(packet, (data) => socket.write(`${JSON.stringify({ id, data: data ?? null })}\n`));
  });
}

/** A connection that is made when there is something to say, and made again when it was lost. */
function linkTo(port: number): Write {
  const waiting = new Map<number, Answer>();
  let socket: Socket | undefined;
  let sent = 0;
  const open = (): Socket => {
    const opened = connect(port, '127.0.0.1').setNoDelay(true);
    opened.on('error', () => undefined);
    opened.on('close', () => (socket = undefined));
    createInterface({ input: opened }).on('line', (line) => {
      const { id, data } = JSON.parse(line) as { id: number; data: unknown };
      waiting.get(id)?.(undefined, data ?? undefined);
      waiting.delete(id);
    });
    return opened;
  };
  return (packet, answer) => {
    const id = (sent += 1);
    void Promise.resolve(packet).then((made) => {
      socket ??= open();
      // Most are never answered by the package: as many are remembered as may still matter.
      waiting.set(id, answer);
      waiting.delete(id - WAITING_MAX);
      socket.write(`${JSON.stringify({ id, packet: made })}\n`);
    });
  };
}

const WAITING_MAX = 10_000;
