import { ID_PATTERN, isId } from './legalId.ts';
import { Type } from './schema.ts';

declare const brand: unique symbol;
type Branded<Name extends string> = string & { readonly [brand]: Name };

/** The name of a cluster on a relay, such as `demo`. */
export type ClusterId = Branded<'ClusterId'>;

/** The name of an endpoint within its cluster, such as `p1`: a peer, or a client of the state machine. */
export type PeerId = Branded<'PeerId'>;

export const ClusterId = Type.Unsafe<ClusterId>(Type.String({ pattern: ID_PATTERN, description: 'Name of a cluster' }));

export const PeerId = Type.Unsafe<PeerId>(
  Type.String({ pattern: ID_PATTERN, description: 'Name of an endpoint within its cluster' }),
);

/** @throws {RangeError} when the text is not a legal id. */
export function clusterId(text: string): ClusterId {
  if (!isId(text)) throw new RangeError(illegalId('cluster', text));
  return text as ClusterId;
}

/** @throws {RangeError} when the text is not a legal id. */
export function peerId(text: string): PeerId {
  if (!isId(text)) throw new RangeError(illegalId('peer', text));
  return text as PeerId;
}

function illegalId(kind: string, text: string): string {
  return `${JSON.stringify(text)} is not a legal ${kind} id: use 1 to 64 letters, digits, "_", "." or "-", beginning with a letter, digit or "_"`;
}
