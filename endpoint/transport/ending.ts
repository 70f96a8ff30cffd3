import { ERRORS, isErrorCode, WhitewaterError, type ErrorCode } from '../../shared/errors.ts';
import type { Refused } from '../../shared/messages/Refused.ts';
import { PROTOCOL_VERSION } from '../../shared/protocol.ts';
import type { SocketEnd } from './RelaySocket.ts';

/** What the end of a connection, or of a try to make one, means for the next try. */
export interface Ending {
  /**
   * - `final`: trying again would be wrong or useless
   * - `soon`: the ordinary case
   * - `slowly`: until somebody changes something, at the relay or here
   */
  readonly next: 'final' | 'soon' | 'slowly';
  /** Worth a warning; else it is one of the things that happen. */
  readonly isWarning: boolean;
  readonly code: ErrorCode;
  readonly message: string;
}

type Verdict = Pick<Ending, 'next' | 'isWarning'>;

const SOON: Verdict = { next: 'soon', isWarning: false };
const SOON_WITH_WARNING: Verdict = { next: 'soon', isWarning: true };
const SLOWLY: Verdict = { next: 'slowly', isWarning: true };
const FINAL: Verdict = { next: 'final', isWarning: true };

/** Codes that are not here are tried again soon, with a warning. */
const VERDICTS: Partial<Record<ErrorCode, Verdict>> = {
  IDENTITY_REPLACED: FINAL,
  PROTOCOL_VERSION_UNSUPPORTED: FINAL,
  // A token can be put right at the relay while this peer runs on.
  TOKEN_WRONG: SLOWLY,
  ACCESS_DENIED: SLOWLY,
  RATE_LIMITED: SLOWLY,
  HOST_REFUSED: SLOWLY,
  ORIGIN_REFUSED: SLOWLY,
  ROUTE_UNKNOWN: SLOWLY,
  REQUEST_INVALID: SLOWLY,
  RELAY_FULL: SLOWLY,
  DISCONNECTED_BY_OPERATOR: SOON,
  RELAY_STOPPING: SOON,
  CONNECTION_LOST: SOON,
  RELAY_UNREACHABLE: SOON,
};

/** Who and where, for messages. */
export interface EndingContext {
  readonly cluster: string;
  readonly id: string;
  readonly relay: string;
  /** The relay's last `Refused` on this connection. */
  readonly refused: Refused | undefined;
  readonly wasWelcomed: boolean;
}

/** Reads the meaning out of a close code, an HTTP answer or a network error. */
export function endingOf(end: SocketEnd, context: EndingContext): Ending {
  const { code, detail } = codeAndDetail(end, context);
  return { ...(VERDICTS[code] ?? SOON_WITH_WARNING), code, message: messageOf(code, detail, context) };
}

/** Whether a `Refused` of that code announces the end of the connection, which will be told by `endingOf`. */
export function announcesEnd(code: string): boolean {
  return isErrorCode(code) && closeCodeOf(code) !== undefined;
}

/** The relay fell silent, or never answered. */
export function silence(context: EndingContext, forMs: number): Ending {
  const code = context.wasWelcomed ? 'CONNECTION_LOST' : 'RELAY_UNREACHABLE';
  return { ...SOON, code, message: messageOf(code, `silent for ${Math.round(forMs)} ms`, context) };
}

/** The relay welcomed us in a version of the protocol that is not ours. */
export function versionMismatch(context: EndingContext, theirs: number): Ending {
  const detail = `the relay speaks version ${theirs} of the protocol, this peer version ${PROTOCOL_VERSION}`;
  const code = 'PROTOCOL_VERSION_UNSUPPORTED';
  return { ...FINAL, code, message: messageOf(code, detail, context) };
}

export function errorOf({ code, message }: Ending): WhitewaterError {
  return new WhitewaterError(code, message);
}

function codeAndDetail(end: SocketEnd, { refused, wasWelcomed }: EndingContext): { code: ErrorCode; detail: string } {
  if (end.http !== undefined) return ofHttp(end.http);
  // The relay names its code as the reason and explains it in a Refused just before.
  const code = isErrorCode(end.reason) && closeCodeOf(end.reason) === end.code ? end.reason : ofCloseCode(end.code);
  if (code !== undefined) return { code, detail: refused?.code === code ? refused.message : ERRORS[code].meaning };
  const said = end.error ?? (end.reason === '' ? `close code ${end.code}` : `${end.reason} (close code ${end.code})`);
  return { code: wasWelcomed ? 'CONNECTION_LOST' : 'RELAY_UNREACHABLE', detail: said };
}

function ofHttp({ status, body }: { status: number; body: string }): { code: ErrorCode; detail: string } {
  const answer = parse(body);
  const detail = typeof answer.message === 'string' ? answer.message : `it answered with HTTP status ${status}`;
  if (typeof answer.code === 'string' && isErrorCode(answer.code)) return { code: answer.code, detail };
  if (status === 401) return { code: 'TOKEN_WRONG', detail };
  if (status === 404) return { code: 'ROUTE_UNKNOWN', detail: 'no relay is there (HTTP status 404)' };
  // A proxy whose relay is gone, or something that is no relay.
  return { code: status >= 500 ? 'RELAY_UNREACHABLE' : 'REQUEST_INVALID', detail };
}

function parse(body: string): { code?: unknown; message?: unknown } {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === 'object' && value !== null ? value : {};
  } catch {
    return {};
  }
}

function closeCodeOf(code: ErrorCode): number | undefined {
  const kind = ERRORS[code];
  return 'closeCode' in kind ? kind.closeCode : undefined;
}

function ofCloseCode(closeCode: number): ErrorCode | undefined {
  return Object.keys(ERRORS)
    .filter(isErrorCode)
    .find((code) => closeCodeOf(code) === closeCode);
}

function messageOf(code: ErrorCode, detail: string, { cluster, id, relay, wasWelcomed }: EndingContext): string {
  switch (code) {
    case 'IDENTITY_REPLACED':
      return (
        `another process connected to ${relay} as "${id}" of cluster "${cluster}", so this one stops: stop the other one, or ` +
        'give each peer an id of its own'
      );
    case 'PROTOCOL_VERSION_UNSUPPORTED':
      return `${relay}: ${detail}. Run the same version of Whitewater at both ends`;
    case 'TOKEN_WRONG':
      return `${relay} refuses the token of "${id}": ${detail}. Give this peer the relay's token`;
    case 'RELAY_UNREACHABLE':
      return `no relay answers at ${relay}: ${detail}`;
    default:
      return `${relay} ${wasWelcomed ? 'ended the connection' : 'took no connection'}: ${code}, ${detail}`;
  }
}
