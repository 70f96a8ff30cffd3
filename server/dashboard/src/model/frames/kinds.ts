import type { FrameSample } from '../../../../../shared/http/Frames.ts';

/** Sorts of frames that are told apart by colour and shape; the same as in the simulator's space-time diagrams. */
export const FRAME_KINDS = ['vote', 'entries', 'heartbeat', 'snapshot', 'client', 'other'] as const;
export type FrameKind = (typeof FRAME_KINDS)[number];

export const KIND_WORDS: Readonly<Record<FrameKind, string>> = {
  vote: 'vote or pre-vote',
  entries: 'entries',
  heartbeat: 'heartbeat',
  snapshot: 'snapshot',
  client: 'client',
  other: 'transfer or read',
};

/** By type alone, where nothing is known of what a frame says. */
const BY_TYPE: ReadonlyMap<string, FrameKind> = new Map<string, FrameKind>([
  ...(['PreVote', 'PreVoteReply', 'RequestVote', 'RequestVoteReply'] as const).map((type) => [type, 'vote'] as const),
  ...[['AppendEntries', 'entries'] as const, ['AppendEntriesReply', 'heartbeat'] as const],
  ...(['InstallSnapshot', 'InstallSnapshotReply'] as const).map((type) => [type, 'snapshot'] as const),
  ...(['ClientRequest', 'ClientReply'] as const).map((type) => [type, 'client'] as const),
]);

/** These are told beyond a link's share, so that votes never hide behind heartbeats. */
const RARE: ReadonlySet<string> = new Set([
  ...['PreVote', 'PreVoteReply', 'RequestVote', 'RequestVoteReply', 'TimeoutNow', 'InstallSnapshot'],
]);

export function kindOfType(type: string): FrameKind {
  return BY_TYPE.get(type) ?? 'other';
}

export function kindOf({ type, gist }: FrameSample): FrameKind {
  // Without a gist it was too long to be read: no heartbeat is.
  if (type === 'AppendEntries') return gist?.entries === 0 ? 'heartbeat' : 'entries';
  if (type === 'AppendEntriesReply') return gist?.yes === false ? 'entries' : 'heartbeat';
  return kindOfType(type);
}

export function isReply(type: string): boolean {
  return type.endsWith('Reply');
}

export function isRare(type: string): boolean {
  return RARE.has(type);
}
