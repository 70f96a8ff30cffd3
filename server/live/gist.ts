import { sliceHead } from '../../shared/envelope.ts';
import type { FrameGist } from '../../shared/http/Frames.ts';
import type { VoteRefusal } from '../../shared/messages/VoteRefusal.ts';

const REFUSALS: readonly VoteRefusal[] = ['staleTerm', 'alreadyVoted', 'logBehind', 'leaderAlive'];

type Body = Readonly<Record<string, unknown>>;

/** What says yes or no, of each reply. */
const YES: Readonly<Record<string, (body: Body) => unknown>> = {
  PreVoteReply: ({ voteGranted }) => voteGranted,
  RequestVoteReply: ({ voteGranted }) => voteGranted,
  AppendEntriesReply: ({ success }) => success,
  InstallSnapshotReply: ({ done }) => done,
  ReadIndexReply: ({ readIndex }) => readIndex !== undefined,
};

/**
 * What a frame's body says, in short, for whoever looks. Bodies are anybody's: what is not of its shape is left out.
 * @param text the whole frame
 * @returns undefined when it says nothing of that
 */
export function gistOf(type: string, text: string): FrameGist | undefined {
  const body = bodyIn(text);
  if (body === undefined) return undefined;
  const { term, entries, prevLogIndex, leaderCommit, inReplyTo, matchIndex, refusal } = body;
  const yes = Object.hasOwn(YES, type) ? YES[type]?.(body) : undefined;
  const reason = REFUSALS.find((word) => word === refusal);
  const gist = {
    ...whole('term', term),
    ...(type === 'AppendEntries' && Array.isArray(entries) ? { entries: entries.length } : {}),
    ...whole('prevLogIndex', prevLogIndex),
    ...whole('leaderCommit', leaderCommit),
    ...(typeof yes === 'boolean' ? { yes } : {}),
    ...(reason === undefined ? {} : { refusal: reason }),
    ...(yes === true ? whole('matchIndex', matchIndex) : {}),
    ...whole('inReplyTo', inReplyTo),
  };
  return Object.keys(gist).length === 0 ? undefined : gist;
}

/** The largest term; see Term. */
const TERM_MAX = 2 ** 48;

function whole<Name extends string>(name: Name, value: unknown): { [Key in Name]?: number } {
  const isWhole = Number.isSafeInteger(value) && (value as number) >= 0;
  if (!isWhole || (name === 'term' && (value as number) > TERM_MAX)) return {};
  return { [name]: value as number } as { [Key in Name]: number };
}

function bodyIn(text: string): Body | undefined {
  const head = sliceHead(text);
  try {
    const parsed: unknown = JSON.parse(head === undefined ? text : text.slice(head.bodyOffset, -1));
    const body = head === undefined ? (parsed as { body?: unknown } | null)?.body : parsed;
    return typeof body === 'object' && body !== null ? (body as Body) : undefined;
  } catch {
    return undefined;
  }
}
