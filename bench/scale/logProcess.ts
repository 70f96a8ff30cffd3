// Fills a peer's store with a log of so many entries, or starts a peer on it; then it tells how long that took and what memory it takes.
// Its one argument: `LogQuestion` as JSON.
import { KeyValueMachine } from '../../peer/machine/keyValue/KeyValueMachine.ts';
import { encodeCommand } from '../../peer/machine/command.ts';
import { Peer } from '../../peer/index.ts';
import { openDiskStorage } from '../../peer/storage/openDiskStorage.ts';
import type { Storage } from '../../peer/ports/Storage.ts';
import { SILENT_LOGGER } from '../../endpoint/ports/Logger.ts';
import { clusterId, peerId } from '../../shared/ids.ts';
import type { Entry } from '../../shared/messages/Entry.ts';
import { serveBench } from '../support/childProtocol.ts';
import { keyOf, valueOf } from '../support/PutLoad.ts';
import { memoryNow } from '../support/memory.ts';
import type { LogQuestion, LogStart } from './logs.ts';

const BATCH = 5000;
const KEYS = 10_000;
const APPLIED_WITHIN_MS = 600_000;

const { directory, entries, relay } = JSON.parse(process.argv[2] ?? '{}') as LogQuestion;
const owner = { cluster: clusterId('log'), id: peerId('p1'), voters: [peerId('p1')] };
let peer: Peer | undefined;

function entryOf(number: number): Entry {
  const value = { type: 'put', key: keyOf(number % KEYS), value: valueOf(number, 100) };
  return {
    term: 1,
    type: 'command',
    command: encodeCommand({ type: 'plain', timeMs: 1_700_000_000_000, command: value }),
  };
}

async function fill(): Promise<null> {
  const { storage } = await openDiskStorage({ ...owner, directory, logger: SILENT_LOGGER });
  await write(storage, [{ type: 'setHardState', hardState: { currentTerm: 1, votedFor: owner.id } }]);
  for (let done = 0; done < entries; done += BATCH) {
    const batch = Array.from({ length: Math.min(BATCH, entries - done) }, (_, at) => entryOf(done + at));
    await write(storage, [{ type: 'append', firstIndex: done + 1, entries: batch }]);
  }
  await storage.close();
  return null;
}

function write(storage: Storage, steps: Parameters<Storage['write']>[0]): Promise<void> {
  return new Promise((resolve, reject) =>
    storage.write(steps, (error) => (error === undefined ? resolve() : reject(error))),
  );
}

/** One voter, so it leads as soon as its timeout is over, and applies all of its log. */
async function start(): Promise<LogStart> {
  const beganMs = performance.now();
  peer = await Peer.start<unknown, unknown, unknown, unknown>({
    ...{ cluster: owner.cluster, id: owner.id, voters: owner.voters, relay, storage: { directory } },
    machine: new KeyValueMachine(),
    // Without a snapshot: what is measured is a log of this length.
    replication: { snapshotEntries: Number.MAX_SAFE_INTEGER, snapshotBytes: Number.MAX_SAFE_INTEGER },
  });
  const openedMs = performance.now() - beganMs;
  const deadlineMs = beganMs + APPLIED_WITHIN_MS;
  while (peer.status().lastApplied < entries) {
    if (performance.now() > deadlineMs)
      throw new Error(`it has applied ${peer.status().lastApplied} of ${entries} entries`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  return { openedMs, appliedMs: performance.now() - beganMs, ...memoryNow() };
}

await serveBench(
  async () => 0,
  async () => peer?.stop(),
  (question) => (question === 'fill' ? fill() : start()),
);
