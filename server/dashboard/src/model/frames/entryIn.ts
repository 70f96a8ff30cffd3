import type { FrameSample } from '../../../../../shared/http/Frames.ts';

/** Whether a frame brings the entry of that index. */
export function brings({ type, gist }: FrameSample, index: number): boolean {
  const { entries = 0, prevLogIndex } = gist ?? {};
  return (
    type === 'AppendEntries' && prevLogIndex !== undefined && index > prevLogIndex && index <= prevLogIndex + entries
  );
}

/** The entry of that index, from the text of a frame that brings it; null when the text is not of that shape. */
export function entryIn(text: string, index: number): unknown {
  try {
    const { body } = JSON.parse(text) as { body?: { prevLogIndex?: unknown; entries?: unknown } };
    const { prevLogIndex, entries } = body ?? {};
    if (typeof prevLogIndex !== 'number' || !Array.isArray(entries)) return null;
    return (entries as unknown[])[index - prevLogIndex - 1] ?? null;
  } catch {
    return null;
  }
}
