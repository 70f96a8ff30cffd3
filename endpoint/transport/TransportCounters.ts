import { UNREADABLE_CAUSES, type UnreadableCause } from './FrameReader.ts';

/** Why a frame of ours did not leave. */
export type UnsentCause = 'notConnected' | 'bufferFull' | 'FRAME_TOO_LARGE';

/** What a transport sent, received and dropped since it was made. Raft frames, except where it says otherwise. */
export interface TransportCounters {
  framesSent: number;
  framesReceived: number;
  /** Connections that were welcomed. */
  connections: number;
  /** Of any kind. */
  unreadable: Record<UnreadableCause, number>;
  unsent: Record<UnsentCause, number>;
  /** Frames that the relay said it did not take. */
  refused: number;
}

export function newCounters(): TransportCounters {
  const unreadable = Object.fromEntries(UNREADABLE_CAUSES.map((cause) => [cause, 0])) as Record<
    UnreadableCause,
    number
  >;
  return {
    ...{ framesSent: 0, framesReceived: 0, connections: 0, refused: 0, unreadable },
    unsent: { notConnected: 0, bufferFull: 0, FRAME_TOO_LARGE: 0 },
  };
}
