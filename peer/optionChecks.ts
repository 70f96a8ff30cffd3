import {
  anId,
  anyFunction,
  anyText,
  aSecret,
  checkOptions,
  isObject,
  isTexts,
  objectWith,
  relayAddresses,
  type OptionCheck,
  type OptionChecks,
} from '../shared/checkOptions.ts';
import type { PeerOptions } from './PeerOptions.ts';
import { ELECTION_DEFAULTS, PRIORITY_LIMIT, REPLICATION_DEFAULTS } from './raft/options.ts';

const CHECKS: OptionChecks<PeerOptions> = {
  cluster: { ...anId, isRequired: true },
  id: { ...anId, isRequired: true },
  relay: relayAddresses,
  voters: { legal: "a list of the first peers' ids, this one's too", accepts: isTexts },
  storage: {
    legal: '"memory", { directory: "..." }, or an opened store',
    accepts: (value) => value === 'memory' || (isObject(value) && (isDirectory(value) || isOpened(value))),
  },
  machine: objectWith('apply', 'query', 'snapshot', 'restore'),
  replication: { legal: 'an object of replication options', accepts: isObject },
  priority: {
    legal: `a whole number from 0 to ${PRIORITY_LIMIT}`,
    accepts: (value) => typeof value === 'number',
  },
  election: {
    legal: 'the name of a preset, such as "relaxed", or an object of election options',
    accepts: (value) => typeof value === 'string' || isObject(value),
  },
  token: anyText,
  secret: aSecret,
  logger: objectWith('info', 'warn', 'error'),
  trace: objectWith('wants', 'write'),
  signal: {
    legal: 'the signal of an AbortController',
    accepts: (value) => isObject(value) && typeof value['aborted'] === 'boolean' && 'addEventListener' in value,
  },
  seed: { legal: 'a string or a number', accepts: (value) => typeof value === 'string' || Number.isFinite(value) },
  clock: objectWith('nowMs', 'wallMs', 'setTimer'),
  openSocket: anyFunction,
};

/**
 * Holds the kinds of all options against what is legal; ids, times and bounds are looked at afterwards.
 * @throws {WhitewaterError} `USAGE`, saying which option is wrong, missing or unknown
 */
export function checkKinds(options: unknown): void {
  checkOptions('Peer.start', options, CHECKS);
  const { election, replication } = options as Partial<Record<string, unknown>>;
  if (isObject(election)) checkOptions('Peer.start: election', election, checksLike(ELECTION_DEFAULTS));
  if (replication !== undefined) checkOptions('Peer.start: replication', replication, checksLike(REPLICATION_DEFAULTS));
}

/** Each is of the kind of its default. */
function checksLike(defaults: object): Readonly<Record<string, OptionCheck>> {
  const check = (like: unknown): OptionCheck =>
    typeof like === 'boolean'
      ? { legal: 'true or false', accepts: (value) => typeof value === 'boolean' }
      : { legal: `a number, such as ${String(like)}`, accepts: (value) => typeof value === 'number' };
  return Object.fromEntries(Object.entries(defaults).map(([name, like]) => [name, check(like)]));
}

function isDirectory({ directory }: Readonly<Record<string, unknown>>): boolean {
  return typeof directory === 'string' && directory !== '';
}

function isOpened({ storage, stored }: Readonly<Record<string, unknown>>): boolean {
  return isObject(storage) && isObject(stored);
}
