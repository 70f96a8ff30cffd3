import type { ClusterId } from '../../shared/ids.ts';

/** What a token is for. */
export const TOKEN_ROLES = ['admin', 'readOnly', 'peer', 'client'] as const;
export type TokenRole = (typeof TOKEN_ROLES)[number];

/** What a token allows, and in which cluster; undefined: in all, and on the relay itself. */
export interface Grant {
  readonly role: TokenRole;
  readonly cluster: ClusterId | undefined;
}

/**
 * Who may use a route.
 * - `open`: anybody
 * - `token`: whoever has any good token; the route itself shows only what that token may see
 * - `read`: looks at a cluster or at the relay
 * - `readKeys`, `writeKeys`: at the state machine of a cluster
 * - `peer`, `client`: connects an endpoint of a cluster
 * - `admin`: breaks the network of a cluster, or changes its members
 */
export type Access = 'open' | 'token' | 'read' | 'readKeys' | 'writeKeys' | 'peer' | 'client' | 'admin';

/** A peer holds the whole state, so its token may do what a client's may. */
const ADMITTED: Readonly<Record<Access, readonly TokenRole[]>> = {
  open: TOKEN_ROLES,
  token: TOKEN_ROLES,
  read: ['admin', 'readOnly'],
  readKeys: ['admin', 'readOnly', 'client', 'peer'],
  writeKeys: ['admin', 'client', 'peer'],
  client: ['admin', 'client', 'peer'],
  peer: ['admin', 'peer'],
  admin: ['admin'],
};

/** Whoever reaches an unlocked relay may do everything. */
export const EVERYTHING: Grant = { role: 'admin', cluster: undefined };

/** @param cluster that the request is about; undefined: it is about none, or about the relay as a whole */
export function allows(grant: Grant, access: Access, cluster: string | undefined): boolean {
  if (!ADMITTED[access].includes(grant.role)) return false;
  if (access === 'open' || access === 'token') return true;
  return grant.cluster === undefined || grant.cluster === cluster;
}

/** Whether somebody with this grant may know that the cluster is there. */
export function maySee(grant: Grant, cluster: string): boolean {
  return grant.cluster === undefined || grant.cluster === cluster;
}

/** Which roles would do, for whoever has another. */
export function rolesFor(access: Access): readonly TokenRole[] {
  return ADMITTED[access];
}
