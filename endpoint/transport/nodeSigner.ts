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
  const macOf = (head: SignedHead, body: string): Buffer =>
    createHmac('sha256', key)
      .update(signedText(cluster, head, body), 'utf8')
      .digest();
  return {
    sign: (head, body) => macOf(head, body).toString('base64url'),
    isGenuine: (head, body, mac) => {
      const given = Buffer.from(mac, 'base64url');
      const expected = macOf(head, body);
      return given.length === expected.length && timingSafeEqual(given, expected);
    },
  };
}
