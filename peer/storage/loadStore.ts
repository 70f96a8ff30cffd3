import type { ClusterId, PeerId } from '../../shared/ids.ts';
import { WhitewaterError } from '../../shared/errors.ts';
import type { Entry } from '../../shared/messages/Entry.ts';
import type { SnapshotMetadata } from '../raft/effect.ts';
import { type Database, SYNCED } from './Database.ts';
import { DamagedRecord, decodeRecord, encodeRecord, FORMAT_VERSION, type Head } from './records.ts';
import { readLog, type EntriesRecord } from './storedLog.ts';

/** Whose store it is, and who founds the cluster. */
export interface StoreOwner {
  readonly cluster: ClusterId;
  readonly id: PeerId;
  /** Undefined: as the store says; in a new one, nobody, and the peer waits to be added. */
  readonly voters: readonly PeerId[] | undefined;
}

export interface LoadedStore {
  readonly head: Head;
  /** Who founded the cluster. */
  readonly voters: readonly PeerId[];
  /** Null when none is in force. */
  readonly snapshot: SnapshotMetadata | null;
  /** Behind the head's base. */
  readonly entries: readonly Entry[];
  /** Those of the log, in order. */
  readonly records: readonly EntriesRecord[];
}

const FIRST_HEAD: Head = {
  step: 1,
  currentTerm: 0,
  votedFor: null,
  baseIndex: 0,
  baseTerm: 0,
  firstRecordIndex: 1,
  baseChecksum: 0,
  lastIndex: 0,
  lastChecksum: 0,
  snapshotIndex: 0,
};

/** Makes an empty database a store of term 0, no vote and an empty log, as step 1. */
export async function createStore(database: Database, owner: StoreOwner): Promise<LoadedStore> {
  const { cluster, id } = owner;
  const voters = [...(owner.voters ?? [])];
  const records = [
    { key: 'format', value: encodeRecord<'format'>('format', { version: FORMAT_VERSION }).text },
    { key: 'owner', value: encodeRecord<'owner'>('owner', { cluster, id }).text },
    { key: 'voters', value: encodeRecord<'voters'>('voters', voters).text },
    { key: 'head', value: encodeRecord<'head'>('head', FIRST_HEAD).text },
  ];
  await database.batch(
    records.map((record) => ({ type: 'put', ...record })),
    SYNCED,
  );
  return { head: FIRST_HEAD, voters, snapshot: null, entries: [], records: [] };
}

/**
 * Reads everything and holds it against its checksums and against what must be true of a log.
 *
 * @param where names the store in errors
 * @returns undefined when the database has no record at all
 * @throws {DamagedRecord} when it does not hold what was written
 * @throws {WhitewaterError} `STORE_UNREADABLE` when a newer version wrote it, `STORE_BELONGS_TO_ANOTHER`,
 *   `MEMBERSHIP_DIFFERS`
 */
export async function loadStore(
  database: Database,
  owner: StoreOwner,
  where: string,
): Promise<LoadedStore | undefined> {
  if (await isEmpty(database)) return undefined;
  checkFormat(decodeRecord('format', 'format', await database.get('format')).value.version, where);
  checkOwner(decodeRecord('owner', 'owner', await database.get('owner')).value, owner, where);
  const voters = decodeRecord('voters', 'voters', await database.get('voters')).value;
  checkVoters(voters, owner, where);
  const head = decodeRecord('head', 'head', await database.get('head')).value;
  const snapshot = await readSnapshot(database, head);
  return { head, voters, snapshot, ...(await readLog(database, head)) };
}

/** Whether two lists name the same voters, in whatever order. */
export function sameVoters(one: readonly PeerId[], other: readonly PeerId[]): boolean {
  return one.length === other.length && new Set([...one, ...other]).size === one.length;
}

async function isEmpty(database: Database): Promise<boolean> {
  const keys = await database.keys({ limit: 1 }).all();
  return keys.length === 0;
}

/** The log's beginning and the snapshot are switched in one write, so they agree or the store is damaged. */
async function readSnapshot(database: Database, head: Head): Promise<SnapshotMetadata | null> {
  if (head.snapshotIndex === 0 && head.baseIndex === 0) return null;
  const { value } = decodeRecord('snapshot', 'snapshot', await database.get('snapshot'));
  if (value.index !== head.snapshotIndex || value.index < head.baseIndex) {
    throw new DamagedRecord(
      `the snapshot of index ${value.index} is not the one of index ${head.snapshotIndex} that was last in force, ` +
        `with a log that begins behind ${head.baseIndex}`,
    );
  }
  return value;
}

function checkFormat(version: number, where: string): void {
  if (version === FORMAT_VERSION) return;
  throw new WhitewaterError(
    'STORE_UNREADABLE',
    `${where} has format ${version}, and this version of Whitewater reads format ${FORMAT_VERSION}: ` +
      'use the version that wrote it',
    { details: { found: version, expected: FORMAT_VERSION } },
  );
}

function checkOwner(found: { cluster: ClusterId; id: PeerId }, expected: StoreOwner, where: string): void {
  if (found.cluster === expected.cluster && found.id === expected.id) return;
  throw new WhitewaterError(
    'STORE_BELONGS_TO_ANOTHER',
    `${where} belongs to peer "${found.id}" of cluster "${found.cluster}", not to "${expected.id}" of ` +
      `"${expected.cluster}": give each peer a directory of its own`,
    { details: { found, expected: { cluster: expected.cluster, id: expected.id } } },
  );
}

/** What is wrong, and what to do. */
export function foundersDiffer(where: string, found: readonly PeerId[], given: readonly PeerId[]): string {
  const first =
    found.length === 0 ? 'to join a cluster, without a list of peers' : `with the peers ${found.join(', ')}`;
  return (
    `${where} was first started ${first}, now with ${given.join(', ')}: a list founds a cluster once, and two can elect two ` +
    `leaders. Start it ${found.length === 0 ? 'without' : 'with the first list, or without'} one; members change while the cluster runs`
  );
}

function checkVoters(found: readonly PeerId[], { voters }: StoreOwner, where: string): void {
  if (voters === undefined || sameVoters(found, voters)) return;
  throw new WhitewaterError('MEMBERSHIP_DIFFERS', foundersDiffer(where, found, voters), {
    details: { found, given: voters },
  });
}
