import { WhitewaterError } from '../../shared/errors.ts';
import { clusterId, type ClusterId } from '../../shared/ids.ts';
import { nearest } from '../../shared/nearest.ts';
import { TOKEN_ROLES, type Grant, type TokenRole } from './access.ts';

/** Tokens by what they allow: in every cluster and on the relay itself, or in one cluster. */
export interface Tokens {
  /** May do everything. */
  readonly admin?: readonly string[];
  /** May look at everything, and change nothing. */
  readonly readOnly?: readonly string[];
  /** By the cluster's name. */
  readonly clusters?: Readonly<Record<string, ClusterTokens>>;
}

export interface ClusterTokens {
  /** Breaks its network and changes its members, and may do all that follows. */
  readonly admin?: readonly string[];
  /** Looks at it and at its keys. */
  readonly readOnly?: readonly string[];
  /** Connects its peers; may do what a client may. */
  readonly peer?: readonly string[];
  /** Connects clients, and reads and writes keys over HTTP. */
  readonly client?: readonly string[];
}

/** A secret and what it allows. */
export interface GrantedToken extends Grant {
  readonly secret: string;
}

/** Every request is held against all of them. */
export const TOKENS_MAX = 1000;
export const TOKEN_LENGTH_MAX = 1024;

const OF_ALL = ['admin', 'readOnly'] as const satisfies readonly TokenRole[];

/**
 * Reads tokens as a file or an option gives them. No message holds a token.
 * @param value a `Tokens`, or something else
 * @throws {WhitewaterError} USAGE, with the place and what is legal there
 */
export function readTokens(value: unknown): GrantedToken[] {
  if (!isObject(value)) {
    throw wrong('tokens', 'is no object: write {"admin": ["..."], "clusters": {"demo": {"peer": ["..."]}}}');
  }
  refuseUnknown('tokens', value, [...OF_ALL, 'clusters']);
  const { clusters = {} } = value;
  if (!isObject(clusters)) throw wrong('tokens.clusters', 'is no object: give tokens by the name of their cluster');
  const all: Placed[] = [
    ...tokensOf('tokens', value, OF_ALL, undefined),
    ...Object.entries(clusters).flatMap(([name, held]) => tokensOfCluster(name, held)),
  ];
  if (all.length === 0) throw wrong('tokens', 'holds no token: give at least one, such as {"admin": ["..."]}');
  if (all.length > TOKENS_MAX) throw wrong('tokens', `holds ${all.length} tokens: give ${TOKENS_MAX} at most`);
  refuseDoubled(all);
  return all.map(({ secret, role, cluster }) => ({ secret, role, cluster }));
}

interface Placed extends GrantedToken {
  readonly place: string;
}

function tokensOfCluster(name: string, held: unknown): Placed[] {
  const place = `tokens.clusters.${name.slice(0, 64)}`;
  if (!isObject(held)) throw wrong(place, `is no object: give ${TOKEN_ROLES.join(', ')}, each a list of tokens`);
  refuseUnknown(place, held, TOKEN_ROLES);
  return tokensOf(place, held, TOKEN_ROLES, clusterNamed(name, place));
}

function clusterNamed(name: string, place: string): ClusterId {
  try {
    return clusterId(name);
  } catch (cause) {
    throw wrong(place, `is no name of a cluster: ${(cause as Error).message}`);
  }
}

function tokensOf(
  place: string,
  held: Readonly<Record<string, unknown>>,
  roles: readonly TokenRole[],
  cluster: ClusterId | undefined,
): Placed[] {
  return roles.flatMap((role) => {
    const list = held[role];
    if (list === undefined) return [];
    if (!Array.isArray(list)) throw wrong(`${place}.${role}`, 'is no list: write ["..."]');
    return list.map((secret: unknown, at) => {
      const own = `${place}.${role}[${at}]`;
      return { place: own, secret: checkedToken(secret, own), role, cluster };
    });
  });
}

/** It travels in an HTTP header, which neither blanks nor letters beyond ASCII survive. */
function checkedToken(secret: unknown, place: string): string {
  if (typeof secret === 'string' && secret.length <= TOKEN_LENGTH_MAX && /^[\x21-\x7e]+$/.test(secret)) return secret;
  throw wrong(place, `is no token: give 1 to ${TOKEN_LENGTH_MAX} visible characters of ASCII, without blanks`);
}

/** One that stands in two places would allow more than either of them says. */
function refuseDoubled(all: readonly Placed[]): void {
  const places = new Map<string, string>();
  for (const { secret, place } of all) {
    const first = places.get(secret);
    if (first !== undefined) throw wrong(place, `is the same token as ${first}: give each role a token of its own`);
    places.set(secret, place);
  }
}

function refuseUnknown(place: string, held: object, known: readonly string[]): void {
  const strange = Object.keys(held).find((key) => !known.includes(key));
  if (strange === undefined) return;
  const meant = nearest(strange, known);
  const hint = meant === undefined ? `it may have ${known.join(', ')}` : `did you mean ${meant}?`;
  throw wrong(`${JSON.stringify(strange.slice(0, 64))} in ${place}`, `is unknown; ${hint}`);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function wrong(place: string, problem: string): WhitewaterError {
  return new WhitewaterError('USAGE', `${place} ${problem}`);
}
