/**
 * One line of the trace. Peers, the relay, the simulator and tests write the same shape, so that one file can hold them all
 * and be sorted by `timeMs`.
 */
export interface TraceRecord {
  /** Milliseconds since the Unix epoch, with a fraction; in the simulator, virtual milliseconds since the start. */
  readonly timeMs: number;
  readonly cluster: string;
  /** The peer's id, or `@relay`. */
  readonly node: string;
  readonly topic: TraceTopic;
  /** What happened, in camel case, such as `roleChanged`. */
  readonly event: string;
  readonly role?: string;
  readonly term?: number;
  readonly leader?: string | null;
  /** `from/id` of the frame that caused this, such as `p1/17`. */
  readonly messageId?: string;
  readonly details?: Readonly<Record<string, unknown>>;
}

/**
 * - `election`: roles, terms, candidacies
 * - `vote`: votes and pre-votes granted and refused, with the reason
 * - `timer`: election timers, with the reason of each reset
 * - `replication`: entries appended, refused, committed; members changed; snapshots needed and installed
 * - `storage`: writes and their durations
 * - `transport`: connections made, lost and tried again
 * - `frame`: every frame sent, received, forwarded or dropped
 * - `fault`: partitions and cuts set and healed
 */
export const TRACE_TOPICS = [
  'election',
  'vote',
  'timer',
  'replication',
  'storage',
  'transport',
  'frame',
  'fault',
] as const;
export type TraceTopic = (typeof TRACE_TOPICS)[number];

export interface Trace {
  /** False when nobody listens to the topic: ask before building a costly record. */
  wants(topic: TraceTopic): boolean;
  write(record: TraceRecord): void;
}

export const SILENT_TRACE: Trace = {
  wants: () => false,
  write: () => undefined,
};

/** A trace of the chosen topics, one JSON object a line, to whatever takes lines. */
export function lineTrace(topics: readonly TraceTopic[], writeLine: (line: string) => void): Trace {
  const chosen = new Set(topics);
  return {
    wants: (topic) => chosen.has(topic),
    write: (record) => {
      if (chosen.has(record.topic)) writeLine(JSON.stringify(record));
    },
  };
}

/**
 * @param text topics separated by commas, or `all`
 * @throws {RangeError} naming the legal topics
 */
export function parseTraceTopics(text: string): TraceTopic[] {
  if (text === 'all') return [...TRACE_TOPICS];
  return text.split(',').map((name) => {
    const topic = TRACE_TOPICS.find((known) => known === name.trim());
    if (topic === undefined) {
      throw new RangeError(
        `${JSON.stringify(name)} is not a trace topic: use all, or some of ${TRACE_TOPICS.join(',')}`,
      );
    }
    return topic;
  });
}
