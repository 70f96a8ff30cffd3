import { createHmac, timingSafeEqual } from 'node:crypto';
import { checkSecret, FRAME_KEY_LABEL, signedText, type SignedHead } from '../../shared/signing.ts';
import type { FrameSigner } from '../ports/FrameSigner.ts';

/**
 * Signs with HMAC-SHA256 of Node.
 * @throws {WhitewaterError} USAGE when the secret is too short to be one
 */
export function nodeSigner(secret: string, cluster: string): FrameSigner {
  checkSecret(secret);
  const key = createHmac('sha256', secret).update(FRAME_KEY_LABEL).digest();
  const macOf = (head: SignedHead, body: string): string =>
    createHmac('sha256', key)
      .update(signedText(cluster, head, body), 'utf8')
      .digest('base64url');
  return {
    sign: macOf,
    isGenuine: (head, body, mac) => {
      // As texts: several of them stand for the same bytes, and one of these is the signature.
      const given = Buffer.from(mac, 'latin1');
      const expected = Buffer.from(macOf(head, body), 'latin1');
      return given.length === expected.length && timingSafeEqual(given, expected);
    },
  };
}
