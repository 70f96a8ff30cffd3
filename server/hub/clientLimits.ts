import { decodeFrame } from '../../shared/envelope.ts';

/** What only an admin may ask peers for, over HTTP and over a client's socket alike. */
const FOR_ADMINS: ReadonlySet<unknown> = new Set(['changeMembers', 'transferLeadership']);
/** How these may be written: as they are, or with letters that are escaped. */
const HINTS = [...['changeMembers', 'transferLeadership', '\\u'].map((text) => Buffer.from(text))];

/**
 * Whether a client asks for what its token does not allow. Frames are not parsed for it but those that look like it.
 * @param frame a ClientRequest in canonical order
 */
export function asksForAdmin(frame: Buffer): boolean {
  if (HINTS.every((hint) => !frame.includes(hint))) return false;
  const decoded = decodeFrame(frame.toString('utf8'));
  // What is no frame is dropped by its receiver.
  if (!decoded.ok) return false;
  const { requests } = (decoded.frame.body ?? {}) as { readonly requests?: unknown };
  if (!Array.isArray(requests)) return false;
  return requests.some((request: { readonly operation?: { readonly type?: unknown } | null } | null) =>
    FOR_ADMINS.has(request?.operation?.type),
  );
}
