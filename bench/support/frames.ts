import { encodeFrame } from '../../shared/envelope.ts';
import { peerId, type PeerId } from '../../shared/ids.ts';
import type { AppendEntries } from '../../shared/messages/AppendEntries.ts';

/** Frame ids of the bench all have eight digits, so that all frames of a run have one length. */
export const FIRST_FRAME_ID = 10_000_000;

export interface Link {
  readonly from: PeerId;
  readonly to: PeerId;
}

/** Links between endpoints of their own: p1 to p2, p3 to p4, ... */
export function separateLinks(count: number): Link[] {
  return Array.from({ length: count }, (_, index) => ({
    from: peerId(`p${2 * index + 1}`),
    to: peerId(`p${2 * index + 2}`),
  }));
}

/**
 * An AppendEntries with one entry, as a leader would send it, whose text has exactly `bytes` bytes.
 * @throws {RangeError} when that is too few for it
 */
export function appendEntriesFrame({ from, to }: Link, id: number, bytes: number): string {
  const encode = (command: string) => {
    const body: AppendEntries = {
      ...{ term: 2, prevLogIndex: 678, prevLogTerm: 2, leaderCommit: 678, round: 90 },
      entries: [{ term: 2, type: 'command', command }],
    };
    return encodeFrame({ type: 'AppendEntries', from, to, id, body });
  };
  const padding = bytes - encode('').length;
  if (padding < 0) throw new RangeError(`an AppendEntries with an entry has no place in ${bytes} bytes`);
  return encode('x'.repeat(padding));
}

/** The shortest frame that every link of the bench can have in one length; one of Raft's has 54 bytes at least. */
export const FRAME_BYTES_MIN = 72;

/** An AppendEntries with one entry where it has a place in so many bytes, otherwise one of another type: the relay does not read bodies. */
export function frameOf(link: Link, id: number, bytes: number): string {
  if (bytes >= APPEND_ENTRIES_BYTES_MIN) return appendEntriesFrame(link, id, bytes);
  const encode = (body: string): string => encodeFrame({ type: 'PreVote', ...link, id, body });
  return encode('x'.repeat(bytes - encode('').length));
}

const APPEND_ENTRIES_BYTES_MIN = 200;
