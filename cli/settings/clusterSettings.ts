import { peerId, type PeerId } from '../../shared/ids.ts';
import {
  ELECTION_PRESETS,
  PRIORITY_DEFAULT,
  PRIORITY_LIMIT,
  REPLICATION_DEFAULTS,
  type ElectionOptions,
  type ElectionPreset,
  type ReplicationOptions,
} from '../../peer/raft/options.ts';
import { parseDurationMs, parseDurationRange, type DurationRange } from '../../client/scenario/duration.ts';
import { parseBytes, parseWholeNumber } from '../parse/numbers.ts';
import { parsePeers } from '../parse/peers.ts';
import { parseHttpAddress } from '../parse/relayAddress.ts';
import { parseChoice, parseSwitch } from '../parse/switch.ts';
import type { Setting } from './Setting.ts';
import type { Settings } from './Settings.ts';
import { PORT_DEFAULT, switchSetting, textSetting } from './sharedSettings.ts';
import { WhitewaterError } from '../../shared/errors.ts';

export const ID: Setting<PeerId | undefined> = {
  name: 'id',
  placeholder: '<name>',
  description: "this peer's name in its cluster",
  parse: peerId,
  fallback: undefined,
  fallbackText: 'none, must be given',
};

/** Who the voters are, for a peer. */
export const VOTERS: Setting<readonly PeerId[] | undefined> = {
  name: 'peers',
  placeholder: '<names>',
  list: true,
  description:
    'found a cluster of these peers, this one too, such as p1,p2,p3; a number N means p1 to pN; leave it out to join one that runs',
  parse: parsePeers,
  fallback: undefined,
  fallbackText: 'what the data directory holds; without it, wait to be added',
};

export const RELAYS: Setting<readonly string[]> = {
  name: 'relay',
  placeholder: '<address>',
  list: true,
  description: 'where the relay answers; several are tried in turn',
  parse: (text) => text.split(',').map(parseHttpAddress),
  fallback: [`http://127.0.0.1:${PORT_DEFAULT}`],
  fallbackText: `http://127.0.0.1:${PORT_DEFAULT}`,
};

export const DATA = textSetting({
  name: 'data',
  placeholder: '<directory>',
  description: 'keep term, vote, log and state in this directory; without it they are forgotten when the process ends',
  fallbackText: 'memory',
});

const PRESETS = Object.keys(ELECTION_PRESETS) as ElectionPreset[];

export const PRESET: Setting<ElectionPreset> = {
  name: 'preset',
  placeholder: '<name>',
  description: `a named set of the four below: ${PRESETS.join(', ')}`,
  parse: (text) => parseChoice(text, 'a preset', PRESETS),
  fallback: 'default',
  fallbackText: 'default',
};

const HEARTBEAT_MS_MIN = 1;

function parseHeartbeatMs(text: string): number {
  const heartbeatMs = parseDurationMs(text);
  if (heartbeatMs < HEARTBEAT_MS_MIN) {
    throw new RangeError(`${JSON.stringify(text)} is too short for a heartbeat: give ${HEARTBEAT_MS_MIN}ms or more`);
  }
  return heartbeatMs;
}

export const HEARTBEAT: Setting<number | undefined> = {
  name: 'heartbeat',
  placeholder: '<duration>',
  description: 'a leader speaks up this often, 1ms at least',
  parse: parseHeartbeatMs,
  fallback: undefined,
  fallbackText: "the preset's; 100ms",
};

export const ELECTION_TIMEOUT: Setting<DurationRange | undefined> = {
  name: 'electionTimeout',
  placeholder: '<min..max>',
  description: 'a peer that hears no leader for a time drawn from this range stands for election',
  parse: parseDurationRange,
  fallback: undefined,
  fallbackText: "the preset's; 250..400",
};

export const PRE_VOTE: Setting<boolean | undefined> = {
  name: 'preVote',
  negatable: true,
  description: 'ask before standing for election, so that a peer which cannot win disturbs nobody',
  parse: parseSwitch,
  fallback: undefined,
  fallbackText: "the preset's; on",
};

export const CHECK_QUORUM: Setting<boolean | undefined> = {
  name: 'checkQuorum',
  negatable: true,
  description: 'a leader that cannot reach a majority steps down',
  parse: parseSwitch,
  fallback: undefined,
  fallbackText: "the preset's; on",
};

export const SEED = textSetting({
  name: 'seed',
  placeholder: '<text>',
  description: 'draw the same election timeouts again, in the same order',
  fallbackText: 'drawn at random',
});

export const ELECTION_SETTINGS = [PRESET, HEARTBEAT, ELECTION_TIMEOUT, PRE_VOTE, CHECK_QUORUM] as const;

const COUNT_MAX = 1_000_000_000;

export const SNAPSHOT_ENTRIES: Setting<number> = {
  name: 'snapshotEntries',
  placeholder: '<number>',
  description: 'take a snapshot of the state when the log has grown by so many entries',
  parse: (text) => parseWholeNumber(text, 'a number of entries', 1, COUNT_MAX),
  fallback: REPLICATION_DEFAULTS.snapshotEntries,
  fallbackText: String(REPLICATION_DEFAULTS.snapshotEntries),
};

export const SNAPSHOT_BYTES: Setting<number> = {
  name: 'snapshotBytes',
  placeholder: '<size>',
  description: 'or by so many bytes',
  parse: (text) => parseBytes(text, '1KiB', '1024MiB'),
  fallback: REPLICATION_DEFAULTS.snapshotBytes,
  fallbackText: '32MiB',
};

export const TRAILING_ENTRIES: Setting<number> = {
  name: 'trailingEntries',
  placeholder: '<number>',
  description: 'keep so many entries behind a snapshot, so that a peer which lags a little needs no snapshot',
  parse: (text) => parseWholeNumber(text, 'a number of entries', 0, COUNT_MAX),
  fallback: REPLICATION_DEFAULTS.trailingEntries,
  fallbackText: String(REPLICATION_DEFAULTS.trailingEntries),
};

export const PRIORITY: Setting<number> = {
  name: 'priority',
  placeholder: '<number>',
  description:
    'a leader hands over to a voter of higher priority that has caught up; with 0 this peer never stands by itself',
  parse: (text) => parseWholeNumber(text, 'a priority', 0, PRIORITY_LIMIT),
  fallback: PRIORITY_DEFAULT,
  fallbackText: String(PRIORITY_DEFAULT),
};

export const LEASE_READS = switchSetting({
  name: 'leaseReads',
  negatable: true,
  description: 'a leader answers reads by its lease, without asking a majority; trusts that clocks run alike',
  fallback: REPLICATION_DEFAULTS.leaseReads,
});

export const REPLICATION_SETTINGS = [SNAPSHOT_ENTRIES, SNAPSHOT_BYTES, TRAILING_ENTRIES, LEASE_READS] as const;

type OperatorsReplication = Pick<
  ReplicationOptions,
  'snapshotEntries' | 'snapshotBytes' | 'trailingEntries' | 'leaseReads'
>;

/** @throws {WhitewaterError} USAGE when lease reads are on and CheckQuorum, which a lease rests on, is off */
export function replicationOf(settings: Settings): OperatorsReplication {
  const leaseReads = settings.get(LEASE_READS);
  if (leaseReads && !electionOf(settings).checkQuorum) {
    throw new WhitewaterError(
      'USAGE',
      `${settings.sourceOf(LEASE_READS)} needs CheckQuorum, which is off; turn it on with --check-quorum`,
    );
  }
  return {
    snapshotEntries: settings.get(SNAPSHOT_ENTRIES),
    snapshotBytes: settings.get(SNAPSHOT_BYTES),
    trailingEntries: settings.get(TRAILING_ENTRIES),
    leaseReads,
  };
}

/** @throws {WhitewaterError} USAGE when the times do not fit together */
export function electionOf(settings: Settings): ElectionOptions {
  const preset = ELECTION_PRESETS[settings.get(PRESET)];
  const timeout = settings.get(ELECTION_TIMEOUT);
  const election = {
    heartbeatMs: settings.get(HEARTBEAT) ?? preset.heartbeatMs,
    electionTimeoutMsMin: timeout?.minMs ?? preset.electionTimeoutMsMin,
    electionTimeoutMsMax: timeout?.maxMs ?? preset.electionTimeoutMsMax,
    preVote: settings.get(PRE_VOTE) ?? preset.preVote,
    checkQuorum: settings.get(CHECK_QUORUM) ?? preset.checkQuorum,
    noOpOnElection: preset.noOpOnElection,
  };
  const { heartbeatMs, electionTimeoutMsMin: min } = election;
  if (min <= heartbeatMs) {
    throw new WhitewaterError(
      'USAGE',
      `an election timeout of ${min} ms (${settings.sourceOf(ELECTION_TIMEOUT)}) is not longer than the heartbeat of ${heartbeatMs} ms (${settings.sourceOf(HEARTBEAT)}); raise --election-timeout or lower --heartbeat`,
    );
  }
  return election;
}
