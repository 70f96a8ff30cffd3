import { WhitewaterError } from '../../shared/errors.ts';
import { type InFlight, type Profile, type ProfileName, PROFILES } from '../../shared/http/Network.ts';
import { isRuleName, LEGAL_RULE_NAME, type Rule } from '../../shared/http/Rule.ts';
import { nearest } from '../../shared/nearest.ts';
import { invalid } from './checkRule.ts';
import { REGION_NAMES, regionsInTurn, rulesOfRegions } from './regions.ts';

/** A profile, with its rules. */
export interface CompiledProfile {
  readonly name: string;
  readonly source: Profile;
  /** By their names, in the order in which they are asked. */
  readonly rules: ReadonlyMap<string, Rule>;
  /** What a new partition does to frames on their way, unless it says so itself. */
  readonly inFlight: InFlight;
}

type Rules = Readonly<Record<string, Rule>>;

/**
 * labrpc with `reliable` off, as closely as single frames allow. There, a call is lost on its way there or back, a tenth of the
 * time each, and its request takes a whole number of milliseconds from 0 to 26; each call is on its own, so that one may
 * overtake another: hence `reorder` and not `delay`.
 *
 * What differs: the caller of a lost call learns of it at once there, and by its own timer here. A request that is lost costs
 * its delay there before the caller knows; here nobody waits for it.
 */
const LABRPC: Rules = {
  'labrpc.requests': {
    from: '*',
    to: '*',
    types: ['@requests', 'ClientRequest'],
    drop: 0.1,
    reorder: { probability: 1, delay: 'integer(0ms, 26ms)' },
  },
  'labrpc.replies': { from: '*', to: '*', types: ['@replies', 'ClientReply'], drop: 0.1 },
};

/**
 * Besides, two thirds of the replies that are not lost take 200 ms and a whole number more, up to a bound that is drawn for
 * each, from 0 to 1999: 200 to 2199 ms, 700 on average. The other third goes at once, past them.
 *
 * What differs: none arrives at a caller that has given the call up; a frame here does, and it is up to the peer to see it.
 */
const LABRPC_LONG_REORDERING: Rules = {
  ...LABRPC,
  'labrpc.replies': {
    from: '*',
    to: '*',
    types: ['@replies', 'ClientReply'],
    drop: 0.1,
    reorder: { probability: 2 / 3, delay: 'nested(200ms, 1999ms)' },
  },
};

/** Machines at one switch. */
const LAN: Rules = { lan: { from: '*', to: '*', delay: 'normal(250us, 50us)' } };

/** A bad radio link: some waiting, losses that mostly come in bursts, and now and then a frame that is late or comes twice. */
const FLAKY: Rules = {
  'flaky.delay': { from: '*', to: '*', delay: '1..20ms', reorder: { probability: 0.02, delay: '5..50ms' } },
  'flaky.loss': { from: '*', to: '*', drop: { goodToBad: 0.005, badToGood: 0.2, lossGood: 0.005, lossBad: 0.8 } },
  'flaky.doubles': { from: '*', to: '*', duplicate: { probability: 0.01, delay: '0..20ms' } },
};

interface KnownProfile {
  readonly rules: (profile: Profile, peers: readonly string[]) => ReadonlyMap<string, Rule>;
  readonly inFlight: InFlight;
}

const mapOf = (rules: Rules): ReadonlyMap<string, Rule> => new Map(Object.entries(rules));

// labrpc looks at a cut when a call begins: what is under way then arrives.
const KNOWN: Readonly<Record<ProfileName, KnownProfile>> = {
  reliable: { rules: () => new Map(), inFlight: 'cut' },
  'labrpc-unreliable': { rules: () => mapOf(LABRPC), inFlight: 'delivered' },
  'labrpc-long-reordering': { rules: () => mapOf(LABRPC_LONG_REORDERING), inFlight: 'delivered' },
  lan: { rules: () => mapOf(LAN), inFlight: 'cut' },
  wan: { rules: ({ regions }, peers) => rulesOfRegions(regions ?? regionsInTurn(peers)), inFlight: 'cut' },
  flaky: { rules: () => mapOf(FLAKY), inFlight: 'cut' },
};

/** No rules at all. */
export const RELIABLE: CompiledProfile = {
  name: 'reliable',
  source: { name: 'reliable' },
  rules: new Map(),
  inFlight: 'cut',
};

/** Whether it is the name of one of the profiles that come with the relay. */
export function isProfile(name: string): name is ProfileName {
  return (PROFILES as readonly string[]).includes(name);
}

/**
 * @param peers known peers, in their order, for `wan` without regions; those that come later are in no region until the
 *   profile is put in force again
 * @returns its rules by their names, in the order in which they are asked
 * @throws {WhitewaterError} PROFILE_UNKNOWN; RULE_INVALID for `regions` or `rules` of a profile that has none. The user's own
 *   rules themselves are checked when they are put in force.
 */
export function rulesOfProfile(profile: Profile, peers: readonly string[]): ReadonlyMap<string, Rule> {
  const { name, regions, rules } = profile;
  if (isProfile(name)) {
    if (rules !== undefined) {
      throw invalid(
        '/profile/rules',
        `given with ${name}, which has its own`,
        'a name of your own with rules of your own',
      );
    }
    if (regions !== undefined) checkRegions(name, regions);
    return KNOWN[name].rules(profile, peers);
  }
  if (rules === undefined) throw unknownProfile(name);
  if (!isRuleName(name)) throw invalid('/profile/name', 'no name', LEGAL_RULE_NAME);
  if (regions !== undefined) throw invalid('/profile/regions', `given with ${name}`, 'regions with wan only');
  for (const [rule, { ttlMs }] of Object.entries(rules)) {
    if (ttlMs !== undefined) {
      throw invalid(
        `/profile/rules/${rule}/ttlMs`,
        'given in a profile',
        'rules without an end: a profile goes as a whole',
      );
    }
  }
  return mapOf(rules);
}

/** @throws {WhitewaterError} as `rulesOfProfile` */
export function compileProfile(source: Profile, peers: readonly string[]): CompiledProfile {
  const rules = rulesOfProfile(source, peers);
  const known = isProfile(source.name) ? KNOWN[source.name].inFlight : 'cut';
  return { name: source.name, source, rules, inFlight: source.inFlight ?? known };
}

function checkRegions(name: ProfileName, regions: NonNullable<Profile['regions']>): void {
  if (name !== 'wan') throw invalid('/profile/regions', `given with ${name}`, 'regions with wan only');
  const placed = new Set<string>();
  for (const [region, peers] of Object.entries(regions)) {
    if (!REGION_NAMES.includes(region)) {
      const meant = nearest(region, REGION_NAMES);
      const hint = meant === undefined ? '' : ` (did you mean ${meant}?)`;
      throw invalid(`/profile/regions/${region}`, `no region that is known${hint}`, REGION_NAMES.join(', '));
    }
    peers.forEach((peer, at) => {
      if (placed.has(peer)) {
        throw invalid(`/profile/regions/${region}/${at}`, `${peer} a second time`, 'each peer in one region at most');
      }
      placed.add(peer);
    });
  }
}

function unknownProfile(name: string): WhitewaterError {
  const meant = nearest(name, PROFILES);
  const hint = meant === undefined ? '' : ` (did you mean ${meant}?)`;
  const message =
    `there is no profile ${JSON.stringify(name.slice(0, 64))}${hint}; there are ${PROFILES.join(', ')}, ` +
    'and any other name together with rules of your own; nothing was changed';
  return new WhitewaterError('PROFILE_UNKNOWN', message, { details: { place: '/profile/name', legal: PROFILES } });
}
