/**
 * The text of a command in the log: a JSON array, short because every replica stores and sends it.
 * The relay and Raft never look into it.
 */
export type CommandText = string;

/** A client asks to be remembered: its requests will take effect once, however often they are sent. */
export interface OpenSession {
  readonly type: 'open';
  readonly timeMs: number;
  readonly session: string;
  /** Forgotten when this long unused. */
  readonly timeToLiveMs: number;
}

/** A client will not come back: what is remembered of its session can go. */
export interface CloseSession {
  readonly type: 'close';
  readonly timeMs: number;
  readonly session: string;
}

/** A request within a session. */
export interface SessionCommand {
  readonly type: 'session';
  readonly timeMs: number;
  readonly session: string;
  /** Of the entry that opened it: a session that was opened anew under the same name is another one. */
  readonly openedIndex: number;
  /** 1, 2, 3, ... within the session; a repeated request keeps its number. */
  readonly sequence: number;
  /** The client has the answers of all requests up to this one and will not repeat them. */
  readonly answeredThrough: number;
  readonly command: unknown;
}

/** A request that may take effect twice if its sender repeats it. */
export interface PlainCommand {
  readonly type: 'plain';
  readonly timeMs: number;
  readonly command: unknown;
}

export type LoggedCommand = OpenSession | CloseSession | SessionCommand | PlainCommand;

export function encodeCommand(logged: LoggedCommand): CommandText {
  switch (logged.type) {
    case 'open':
      return JSON.stringify(['o', logged.timeMs, logged.session, logged.timeToLiveMs]);
    case 'close':
      return JSON.stringify(['c', logged.timeMs, logged.session]);
    case 'session':
      return JSON.stringify([
        's',
        logged.timeMs,
        logged.session,
        logged.openedIndex,
        logged.sequence,
        logged.answeredThrough,
        logged.command,
      ]);
    case 'plain':
      return JSON.stringify(['p', logged.timeMs, logged.command]);
  }
}

/** @returns undefined for a text that no peer of this version wrote */
export function decodeCommand(text: CommandText): LoggedCommand | undefined {
  const parts = parseArray(text);
  if (parts === undefined || typeof parts[1] !== 'number') return undefined;
  const timeMs = parts[1];
  if (parts[0] === 'p') return { type: 'plain', timeMs, command: parts[2] };
  const session = parts[2];
  if (typeof session !== 'string') return undefined;
  if (parts[0] === 'c') return { type: 'close', timeMs, session };
  if (parts[0] === 'o' && typeof parts[3] === 'number')
    return { type: 'open', timeMs, session, timeToLiveMs: parts[3] };
  const [openedIndex, sequence, answeredThrough] = [parts[3], parts[4], parts[5]];
  if (parts[0] !== 's' || typeof openedIndex !== 'number') return undefined;
  if (typeof sequence !== 'number' || typeof answeredThrough !== 'number') return undefined;
  return { type: 'session', timeMs, session, openedIndex, sequence, answeredThrough, command: parts[6] };
}

function parseArray(text: string): unknown[] | undefined {
  try {
    const parsed: unknown = JSON.parse(text);
    return Array.isArray(parsed) ? parsed : undefined;
  } catch {
    return undefined;
  }
}
