import type { ErrorCode } from '../../shared/errors.ts';

/** After these a new start would end the same way, or do harm. */
const FINAL: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'USAGE',
  'REQUEST_INVALID',
  'TOKEN_REQUIRED',
  'TOKEN_WRONG',
  'HOST_REFUSED',
  'IDENTITY_REPLACED',
  'PROTOCOL_VERSION_UNSUPPORTED',
  'STORE_UNREADABLE',
  'STORE_IN_USE',
  'STORE_DAMAGED',
  'STORE_BELONGS_TO_ANOTHER',
  'STORE_WRITE_FAILED',
  'MEMBERSHIP_DIFFERS',
]);
/** These are final for a relay that never listened; one that did waits for its port to be free again. */
const FINAL_AT_FIRST: ReadonlySet<ErrorCode> = new Set<ErrorCode>(['PORT_IN_USE', 'ADDRESS_UNAVAILABLE']);

/**
 * Whether a process that ended with this error is not to be started again.
 * @param hasWorked whether it ever did what it is for
 */
export function isFinal(code: ErrorCode, hasWorked: boolean): boolean {
  return FINAL.has(code) || (!hasWorked && FINAL_AT_FIRST.has(code));
}
