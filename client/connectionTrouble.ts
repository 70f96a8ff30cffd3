import { WhitewaterError } from '../shared/errors.ts';

/** Without these, a connection was there, and what was sent over it may have been read. */
const NEVER_CONNECTED: readonly unknown[] = ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH'];

/** Why TLS did not trust the other end; then nothing was sent. */
const NOT_TRUSTED: readonly unknown[] = [
  ...['DEPTH_ZERO_SELF_SIGNED_CERT', 'SELF_SIGNED_CERT_IN_CHAIN', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'],
  ...['UNABLE_TO_GET_ISSUER_CERT', 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'CERT_HAS_EXPIRED', 'CERT_NOT_YET_VALID'],
  'ERR_TLS_CERT_ALTNAME_INVALID',
];

/** Whether a request that failed like this may have reached the relay. */
export function mayHaveArrived(error: unknown): boolean {
  const code = codeOf(error);
  return !NEVER_CONNECTED.includes(code) && !NOT_TRUSTED.includes(code);
}

export function unreachable(origin: string, cause: unknown): WhitewaterError {
  const code = codeOf(cause);
  const message = NOT_TRUSTED.includes(code)
    ? `the certificate that ${origin} shows is not trusted (${String(code)}): use a name that stands in it, and for an authority of your own set NODE_EXTRA_CA_CERTS to the file of its certificate`
    : `no relay answers at ${origin}${mayBeTls(origin, code) ? ' in the clear: if it speaks TLS, name it with https://; else' : ':'} start one with "whitewater relay", or name another address`;
  return new WhitewaterError('RELAY_UNREACHABLE', message, { cause });
}

/** Something is there that hangs up when it is spoken to without TLS. */
function mayBeTls(origin: string, code: unknown): boolean {
  return origin.startsWith('http:') && (code === 'UND_ERR_SOCKET' || code === 'ECONNRESET');
}

function codeOf(error: unknown): unknown {
  const { code, cause } = error as { readonly code?: unknown; readonly cause?: { readonly code?: unknown } };
  return cause?.code ?? code;
}
