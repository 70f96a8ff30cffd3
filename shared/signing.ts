import type { Address } from './envelope.ts';
import { WhitewaterError } from './errors.ts';

/** What a frame's signature is made of besides its body. */
export interface SignedHead {
  readonly type: string;
  readonly from: Address;
  readonly to: Address;
  readonly id: number;
}

/** From the secret of a cluster comes the key of its frames, so that the secret may serve other ends too. */
export const FRAME_KEY_LABEL = 'whitewater frame key 1';

/**
 * The text whose HMAC-SHA256 a frame carries. None of the parts before the body can hold a line feed, so no two frames
 * have the same text.
 * @param body as it stands in the frame
 */
export function signedText(cluster: string, { type, from, to, id }: SignedHead, body: string): string {
  return `whitewater frame 1\n${cluster}\n${type}\n${from}\n${to}\n${id}\n${body}`;
}

export const SECRET_LENGTH_MIN = 16;
export const SECRET_LENGTH_MAX = 1024;

/** @throws {WhitewaterError} USAGE; the message does not hold the secret */
export function checkSecret(secret: string): void {
  if (secret.length >= SECRET_LENGTH_MIN && secret.length <= SECRET_LENGTH_MAX) return;
  throw new WhitewaterError(
    'USAGE',
    `the cluster's secret has ${secret.length} characters: give ${SECRET_LENGTH_MIN} to ${SECRET_LENGTH_MAX}, drawn at random`,
  );
}
