/**
 * Every error that a user, a program or a socket can meet, in one table.
 *
 * - `httpStatus`: the status of an HTTP answer that carries it
 * - `closeCode`: the WebSocket close code that ends a connection because of it
 * - `exitCode`: the exit code of a command that ends with it
 * - `definite`: true when what was asked for certainly did not happen; false when it may have
 */
interface ErrorKind {
  readonly httpStatus?: number;
  readonly closeCode?: number;
  readonly exitCode?: number;
  readonly definite: boolean;
  readonly meaning: string;
}

export const ERRORS = {
  FRAME_NOT_JSON: { closeCode: 4400, definite: true, meaning: 'a frame is not one JSON object in one text message' },
  FRAME_MALFORMED: {
    closeCode: 4400,
    definite: true,
    meaning: 'a frame lacks a key of the envelope, or has a wrong one',
  },
  FRAME_TYPE_UNKNOWN: {
    definite: true,
    meaning: "a frame's type is not one of the protocol; the frame is dropped, the connection stays",
  },
  FRAME_BODY_INVALID: {
    definite: true,
    meaning: "a frame's body does not have the shape of its type; the frame is dropped, the connection stays",
  },
  FRAME_FORGED: { closeCode: 4403, definite: true, meaning: "a frame's `from` is not the identity of its connection" },
  FRAME_TOO_LARGE: { closeCode: 1009, definite: true, meaning: 'a frame is larger than the relay takes' },

  HELLO_EXPECTED: {
    closeCode: 4401,
    definite: true,
    meaning: 'the first frame on a connection was not a good Hello, or did not come in time',
  },
  PROTOCOL_VERSION_UNSUPPORTED: {
    closeCode: 4426,
    exitCode: 7,
    definite: true,
    meaning: 'peer and relay speak different versions of the protocol',
  },
  IDENTITY_REPLACED: {
    closeCode: 4409,
    exitCode: 7,
    definite: true,
    meaning: 'another process connected with the same cluster and id; the newest wins',
  },
  IDENTITY_TAKEN: {
    closeCode: 4411,
    httpStatus: 409,
    definite: true,
    meaning: 'a client has the id of a peer of its cluster; the peer keeps it',
  },
  DISCONNECTED_BY_OPERATOR: {
    closeCode: 4410,
    httpStatus: 403,
    definite: true,
    meaning: 'somebody cut this connection over HTTP, and may refuse new ones for a while',
  },
  RELAY_FULL: {
    closeCode: 4429,
    httpStatus: 503,
    definite: true,
    meaning: 'the relay holds as many clusters, endpoints or connections as it is allowed to',
  },
  RELAY_STOPPING: { closeCode: 1001, httpStatus: 503, definite: true, meaning: 'the relay is shutting down' },
  PING_FLOOD: {
    closeCode: 4430,
    definite: true,
    meaning:
      'pings of the WebSocket came faster than their answers could leave, or frames to the relay itself faster than anybody needs',
  },
  CONNECTION_LOST: {
    closeCode: 4408,
    definite: false,
    meaning: 'the other end of a connection did not answer a ping, or did not read, in time',
  },

  REQUEST_INVALID: {
    httpStatus: 400,
    exitCode: 2,
    definite: true,
    meaning: 'a request does not have the documented shape',
  },
  PARTITION_OVERLAPS: {
    httpStatus: 400,
    exitCode: 2,
    definite: true,
    meaning: 'an endpoint stands in two groups of a partition',
  },
  PARTITION_SHAPE_UNKNOWN: {
    httpStatus: 400,
    exitCode: 2,
    definite: true,
    meaning: 'there is no partition of that shape',
  },
  PARTITION_SHAPE_UNFIT: {
    httpStatus: 409,
    exitCode: 4,
    definite: true,
    meaning: 'a partition of that shape needs more peers, or a leader, than are known',
  },
  RULE_INVALID: {
    httpStatus: 400,
    exitCode: 2,
    definite: true,
    meaning: 'a rule, or a profile made of rules, does not make sense; `details.place` tells where',
  },
  PROFILE_UNKNOWN: { httpStatus: 400, exitCode: 2, definite: true, meaning: 'there is no profile of that name' },
  RULE_UNKNOWN: { httpStatus: 404, exitCode: 4, definite: true, meaning: 'no rule of that name is in force' },
  EPOCH_DIFFERS: {
    httpStatus: 412,
    exitCode: 4,
    definite: true,
    meaning: 'the faults were changed since they were looked at; nothing was changed',
  },
  TOKEN_WRONG: { httpStatus: 401, exitCode: 4, definite: true, meaning: 'the token is missing or wrong' },
  ACCESS_DENIED: {
    httpStatus: 403,
    exitCode: 4,
    definite: true,
    meaning: 'the token is good, and may not do this, or not in this cluster',
  },
  RATE_LIMITED: {
    httpStatus: 429,
    closeCode: 4431,
    exitCode: 4,
    definite: true,
    meaning: 'one address has too many connections, makes new ones and requests too fast, or reads no answers',
  },
  HOST_REFUSED: {
    httpStatus: 403,
    exitCode: 4,
    definite: true,
    meaning: 'the Host header names a host that this relay does not answer for',
  },
  ORIGIN_REFUSED: {
    httpStatus: 403,
    exitCode: 4,
    definite: true,
    meaning: 'a web page of another origin may not use this relay',
  },
  ROUTE_UNKNOWN: { httpStatus: 404, exitCode: 4, definite: true, meaning: 'there is no such route' },
  CLUSTER_UNKNOWN: {
    httpStatus: 404,
    exitCode: 4,
    definite: true,
    meaning: 'no endpoint of that cluster ever connected to this relay',
  },
  PEER_UNKNOWN: { httpStatus: 404, exitCode: 4, definite: true, meaning: 'no such peer ever connected to this relay' },
  PEER_NOT_CONNECTED: {
    httpStatus: 409,
    exitCode: 4,
    definite: true,
    meaning: 'that peer has no connection: none to cut, and none over which it could learn',
  },
  FRAME_FORGOTTEN: {
    httpStatus: 404,
    definite: true,
    meaning:
      'the text of that frame is not kept, or not any more: only the newest are, and only while somebody looks on',
  },
  PROCESS_NOT_OWNED: {
    httpStatus: 409,
    exitCode: 4,
    definite: true,
    meaning: 'nobody who starts and stops the process of that peer is known to this relay',
  },
  PROCESS_NOT_RUNNING: {
    httpStatus: 409,
    exitCode: 4,
    definite: true,
    meaning: 'the process of that peer does not run, or was started and ended before it was connected',
  },
  INTERNAL: {
    httpStatus: 500,
    closeCode: 1011,
    exitCode: 70,
    definite: false,
    meaning: 'a defect in Whitewater; please report it',
  },

  USAGE: {
    exitCode: 2,
    definite: true,
    meaning: 'a command, flag, environment variable or configuration file is wrong',
  },
  RELAY_UNREACHABLE: { exitCode: 3, definite: false, meaning: 'no relay answers at that address' },
  OUTPUT_FAILED: { exitCode: 10, definite: false, meaning: 'what a command had to write could not be written' },
  PORT_IN_USE: { exitCode: 6, definite: true, meaning: 'another program listens on that address and port' },
  ADDRESS_UNAVAILABLE: { exitCode: 6, definite: true, meaning: 'this machine cannot listen on that address and port' },
  TOKEN_REQUIRED: { exitCode: 2, definite: true, meaning: 'a relay that others can reach needs a token' },

  CERTIFICATE_UNUSABLE: {
    exitCode: 6,
    definite: true,
    meaning: 'the files of the TLS certificate and its key cannot be read, or do not belong together',
  },

  KEY_UNKNOWN: { httpStatus: 404, exitCode: 8, definite: true, meaning: 'there is no such key' },
  REVISION_DIFFERS: {
    httpStatus: 409,
    exitCode: 8,
    definite: true,
    meaning: 'the key has another revision than the one expected, or is not there; `details.revision` tells which',
  },

  SECRET_REQUIRED: {
    httpStatus: 409,
    exitCode: 4,
    definite: true,
    meaning: 'the peers of the cluster sign what they say, and the relay does not have their secret to ask them',
  },

  NOT_LEADER: {
    httpStatus: 503,
    exitCode: 4,
    definite: true,
    meaning: 'only a leader can do that; `details.leader` names it, if it is known',
  },
  OVERLOADED: {
    httpStatus: 503,
    exitCode: 4,
    definite: true,
    meaning: 'too much waits already: try again more slowly',
  },
  PROPOSAL_LOST: {
    httpStatus: 503,
    exitCode: 4,
    definite: true,
    meaning: 'another leader put another entry in the place of the command, which will not take effect',
  },
  COMMAND_REFUSED: {
    httpStatus: 422,
    exitCode: 4,
    definite: true,
    meaning: 'the state machine refused the command, on every replica alike',
  },
  COMMAND_TOO_LARGE: {
    httpStatus: 413,
    exitCode: 4,
    definite: true,
    meaning: 'a command has more bytes than fit into a message between peers',
  },
  ANSWER_TOO_LARGE: {
    httpStatus: 422,
    exitCode: 9,
    definite: false,
    meaning: 'what was asked for happened, and its answer has more bytes than fit into a frame',
  },
  SESSION_EXPIRED: {
    httpStatus: 410,
    exitCode: 9,
    definite: false,
    meaning: 'the session of a request is not known any more: whether an earlier copy of it took effect cannot be told',
  },
  OUTCOME_UNKNOWN: {
    httpStatus: 504,
    exitCode: 9,
    definite: false,
    meaning: 'whether the command took effect, or will, cannot be told',
  },
  TIMED_OUT: {
    httpStatus: 504,
    exitCode: 4,
    definite: true,
    meaning: 'it took too long, and certainly did not happen',
  },
  MEMBERSHIP_REFUSED: {
    httpStatus: 409,
    exitCode: 4,
    definite: true,
    meaning: 'the members cannot be changed in this way, or not now',
  },
  TRANSFER_FAILED: {
    httpStatus: 409,
    exitCode: 4,
    definite: true,
    meaning: 'leadership was not handed over: the peer that was named cannot lead, or did not take over in time',
  },
  NO_PEER: {
    httpStatus: 503,
    exitCode: 4,
    definite: true,
    meaning: 'no peer of the cluster could be asked in time; certainly nothing happened',
  },
  CLIENT_CLOSED: { exitCode: 4, definite: true, meaning: 'the client was closed before it asked anybody' },
  REVISION_FORGOTTEN: {
    httpStatus: 410,
    exitCode: 4,
    definite: true,
    meaning:
      'a watch asked for changes that the peers do not remember any more: read everything anew and go on from there',
  },
  PEER_RESTARTED: {
    httpStatus: 503,
    exitCode: 9,
    definite: false,
    meaning: 'a request was meant for an earlier process of the peer, which may have carried it out; this one did not',
  },
  PEER_STOPPED: { httpStatus: 503, exitCode: 4, definite: true, meaning: 'the peer stopped before it did anything' },

  STORE_UNREADABLE: { exitCode: 5, definite: true, meaning: 'the data directory cannot be opened, created or written' },
  STORE_IN_USE: { exitCode: 5, definite: true, meaning: 'another process has the data directory open' },
  STORE_DAMAGED: { exitCode: 5, definite: true, meaning: 'the data directory does not hold what was acknowledged' },
  STORE_BELONGS_TO_ANOTHER: {
    exitCode: 5,
    definite: true,
    meaning: 'the data directory belongs to another cluster or peer',
  },
  MEMBERSHIP_DIFFERS: {
    exitCode: 5,
    definite: true,
    meaning: 'the list of peers is not the one with which the data directory was first started',
  },
  STORE_WRITE_FAILED: {
    exitCode: 5,
    definite: false,
    meaning: 'a write to the data directory failed; the peer stops, because the effect is unknown',
  },
  INVARIANT_VIOLATED: {
    exitCode: 70,
    definite: false,
    meaning: 'the peer found its own state impossible and stopped; please report it',
  },
} as const satisfies Record<string, ErrorKind>;

export type ErrorCode = keyof typeof ERRORS;

/** An error of the table. `message` says what happened and what to do next. */
export class WhitewaterError extends Error {
  readonly code: ErrorCode;
  readonly details: unknown;

  constructor(code: ErrorCode, message: string, options: { details?: unknown; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'WhitewaterError';
    this.code = code;
    this.details = options.details;
  }

  /** True when what was asked for certainly did not happen; false when it may have. */
  get definite(): boolean {
    return ERRORS[this.code].definite;
  }

  get httpStatus(): number {
    return kindOf(this.code).httpStatus ?? 500;
  }

  get closeCode(): number {
    return kindOf(this.code).closeCode ?? 1011;
  }

  get exitCode(): number {
    return kindOf(this.code).exitCode ?? 1;
  }
}

function kindOf(code: ErrorCode): ErrorKind {
  return ERRORS[code];
}

export function isErrorCode(text: string): text is ErrorCode {
  return Object.hasOwn(ERRORS, text);
}
