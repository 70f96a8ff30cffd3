import type { SignedHead } from '../../shared/signing.ts';

/**
 * Signs the frames of one cluster by its secret. Nothing here waits, so it cannot be made of a browser's own
 * `crypto.subtle`.
 */
export interface FrameSigner {
  /** @param body as it will stand in the frame @returns 43 characters of base64url */
  sign(head: SignedHead, body: string): string;
  /** Compares in the same time whether it is near or far. */
  isGenuine(head: SignedHead, body: string, mac: string): boolean;
}
