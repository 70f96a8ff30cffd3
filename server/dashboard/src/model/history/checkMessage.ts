import type { SampledMessage } from '../../../../../shared/http/Live.ts';
import {
  type Check,
  count,
  flag,
  id,
  list,
  nullable,
  number,
  object,
  oneOf,
  optional,
  record,
  text,
} from './checks.ts';

/** As many endpoints as a relay has in one cluster. */
export const PEERS_MAX = 256;
const LINKS_MAX = 65_536;
const EVENTS_MAX = 2000;
const FRAMES_MAX = 4000;
const ENDS_MAX = 100_000;
const SENTENCE_MAX = 2000;
const NAME_MAX = 200;

const role = oneOf('leader', 'follower', 'candidate', 'preCandidate', 'learner');
const refusal = oneOf('staleTerm', 'alreadyVoted', 'logBehind', 'leaderAlive');
const reason = oneOf('started', 'heardFromLeader', 'grantedVote', 'startedElection', 'steppedDown', 'mayNotStand');
const ids = list(id, PEERS_MAX);
const cut: Check = (value) => ids(value) && (value as unknown[]).length === 2;

const status = object({
  role,
  term: count,
  votedFor: nullable(id),
  leader: nullable(id),
  lastLogIndex: count,
  lastLogTerm: count,
  terms: optional(list(object({ term: count, firstIndex: count }), 32)),
  commitIndex: count,
  lastApplied: count,
  firstLogIndex: count,
  durableIndex: count,
  disk: optional(object({ unsyncedEntries: count, writingMs: number, lastWriteMs: number })),
  snapshotIndex: count,
  voters: ids,
  votersOutgoing: ids,
  learners: ids,
  configurationIndex: count,
  progress: optional(
    list(
      object({
        peer: id,
        mode: oneOf('probe', 'replicate', 'snapshot'),
        nextIndex: count,
        matchIndex: count,
        heardMsAgo: number,
      }),
      PEERS_MAX,
    ),
  ),
  canCommit: flag,
  commits: optional(object({ count, p50Ms: number, p99Ms: number })),
  electionTimer: optional(object({ timeoutMs: number, remainingMs: number, reason })),
  votes: optional(object({ granted: ids, refused: list(object({ peer: id, refusal }), PEERS_MAX) })),
  leaderHeardMsAgo: optional(number),
  heartbeatMs: number,
  electionTimeoutMsMin: number,
  electionTimeoutMsMax: number,
  preVote: flag,
  checkQuorum: flag,
  storage: oneOf('disk', 'memory'),
  pid: optional(count),
  uptimeMs: number,
});

const peer = object({
  id,
  kind: oneOf('peer', 'client'),
  connected: flag,
  connectionId: nullable(text(NAME_MAX)),
  remoteAddress: nullable(text(NAME_MAX)),
  heardMsAgo: nullable(number),
  statusMsAgo: nullable(number),
  connections: count,
  signs: nullable(flag),
  refusedForMs: nullable(number),
  isLost: optional(flag),
  role: nullable(role),
  term: nullable(count),
  votedFor: nullable(id),
  leader: nullable(id),
  lastLogIndex: nullable(count),
  commitIndex: nullable(count),
  lastApplied: nullable(count),
  status: nullable(status),
});

const partition = nullable(
  object({
    groups: list(ids, PEERS_MAX),
    cuts: optional(list(cut, LINKS_MAX)),
    shape: optional(text(NAME_MAX)),
    absences: optional(list(object({ id, fromMs: number, untilMs: number }), PEERS_MAX)),
    inFlight: optional(oneOf('cut', 'delivered')),
  }),
);
const faults = object({
  epoch: count,
  seed: text(NAME_MAX),
  profile: text(NAME_MAX),
  rules: list(text(NAME_MAX), 10_000),
});
const traffic = object({
  framesIn: count,
  bytesIn: count,
  framesDelivered: count,
  bytesDelivered: count,
  framesCopied: count,
  framesUnsent: optional(count),
  framesDropped: record(count, 32),
  requests: count,
  labBytes: count,
  controlFrames: count,
});
const offence = object({ timeMs: number, text: text(SENTENCE_MAX), peers: ids, seq: nullable(count) });
const safety = object({
  sinceMs: number,
  statuses: count,
  checks: list(
    object({
      rule: text(NAME_MAX),
      state: oneOf('holds', 'broken', 'notJudged'),
      why: optional(text(SENTENCE_MAX)),
      first: optional(offence),
    }),
    32,
  ),
});
const settings = object({
  heartbeatMs: number,
  electionTimeoutMsMin: number,
  electionTimeoutMsMax: number,
  preVote: flag,
  checkQuorum: flag,
});
const ownState = oneOf('running', 'paused', 'down', 'restarting', 'over');
const processes = object({
  owned: flag,
  cluster: nullable(id),
  processes: list(object({ id, state: ownState, pid: nullable(count), restarts: count }), PEERS_MAX),
  settings: nullable(settings),
});
const eventKind = oneOf(
  ...['connected', 'disconnected', 'roleChanged', 'leaderElected', 'leaderLost', 'membersChanged', 'signing'],
  ...['partitioned', 'healed', 'faultsChanged', 'refused'],
);
const event = object({ timeMs: number, kind: eventKind, peer: nullable(id), text: text(SENTENCE_MAX) });
const peers = list(peer, PEERS_MAX);
const events = list(event, EVENTS_MAX);

const snapshot = object({
  timeMs: number,
  cluster: object({
    id,
    leader: nullable(id),
    term: count,
    ...{ partition, faults, peers, traffic },
    safety: optional(safety),
    processes: optional(processes),
  }),
  events,
});
const delta = object({
  timeMs: number,
  leader: nullable(id),
  term: count,
  partition: optional(partition),
  faults: optional(faults),
  links: list(object({ from: id, to: id, delivered: count, dropped: count }), LINKS_MAX),
  ...{ peers, events, traffic },
  safety: optional(safety),
  processes: optional(processes),
});

const cause = optional(text(NAME_MAX));
const gist = object({
  term: optional(count),
  entries: optional(count),
  prevLogIndex: optional(count),
  leaderCommit: optional(count),
  yes: optional(flag),
  refusal: optional(refusal),
  matchIndex: optional(count),
  inReplyTo: optional(count),
});
const sample = object({
  ...{ seq: count, timeMs: number, type: text(NAME_MAX), from: id, to: id, id: count, bytes: count, cause },
  fate: oneOf('delivered', 'planned', 'dropped'),
  strikes: optional(list(text(NAME_MAX), 1000)),
  delaysMs: optional(list(nullable(number), 1000)),
  gist: optional(gist),
});
const frames = object({
  timeMs: number,
  isWhole: flag,
  frames: list(sample, FRAMES_MAX),
  ends: list(object({ seq: count, copy: count, timeMs: number, cause }), ENDS_MAX),
  crowded: list(object({ from: id, to: id, counts: record(count, 100) }), LINKS_MAX),
  queues: list(object({ from: id, to: id, delayed: count, held: count }), LINKS_MAX),
});

const SHAPES: Readonly<Record<SampledMessage['type'], Check>> = { snapshot, delta, frames };

/** A message of the feed that comes from a file: null when it is none. Fields that it does not know are left as they are. */
export function checkMessage(value: unknown): SampledMessage | null {
  if (typeof value !== 'object' || value === null || !('type' in value)) return null;
  const { type } = value;
  if (type !== 'snapshot' && type !== 'delta' && type !== 'frames') return null;
  return SHAPES[type](value) ? (value as SampledMessage) : null;
}
