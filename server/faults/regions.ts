import type { Regions } from '../../shared/http/Network.ts';
import type { Rule } from '../../shared/http/Rule.ts';

/**
 * Milliseconds there and back between regions of Amazon's cloud, averages of pings, from "Latency Between AWS Global Regions"
 * (concurrencylabs.com; the table is quoted by acomputerscientistlearnsaws.blogspot.com/2017/04/aws-regions.html). Where the
 * two directions differ, by 2 ms at the most, the one from the first region.
 *
 * us: N. Virginia, us-west: Oregon, eu: Ireland, japan: Tokyo, singapore, australia: Sydney, brazil: São Paulo.
 */
const ROUND_TRIP_MS: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  us: { 'us-west': 86.98, eu: 80.55, japan: 145.3, singapore: 216.7, australia: 230, brazil: 119.5 },
  'us-west': { eu: 137, japan: 89.1, singapore: 161.4, australia: 162.2, brazil: 182.7 },
  eu: { japan: 212.4, singapore: 239, australia: 309.6, brazil: 191.3 },
  japan: { singapore: 73.79, australia: 103.9, brazil: 256.8 },
  singapore: { australia: 175.3, brazil: 328.1 },
  australia: { brazil: 322.5 },
  brazil: {},
};

/** The regions whose distances are known. */
export const REGION_NAMES: readonly string[] = Object.keys(ROUND_TRIP_MS);

/** Where peers are that nobody placed: in turn. */
const IN_TURN = ['eu', 'us', 'japan'];

/** Zones of one region: half of the milliseconds there and back between them, which are below two. */
const WITHIN_REGION = 'normal(500us, 100us)';

/** One way takes half of the round trip, and wavers by some percent of that. */
const WAVERS = 0.02;

/** @returns the peers in turn over three regions, those without a peer left out */
export function regionsInTurn(peers: readonly string[]): Regions {
  const regions: Record<string, string[]> = {};
  peers.forEach((peer, at) => {
    const region = IN_TURN[at % IN_TURN.length] ?? 'eu';
    regions[region] = [...(regions[region] ?? []), peer];
  });
  return regions as Regions;
}

/** @returns milliseconds there and back; undefined for regions that are not known, or the same */
export function roundTripMs(one: string, other: string): number | undefined {
  return ROUND_TRIP_MS[one]?.[other] ?? ROUND_TRIP_MS[other]?.[one];
}

/** @returns one rule for each pair of regions, in both directions, and one within each region that has several peers */
export function rulesOfRegions(regions: Regions): Map<string, Rule> {
  const rules = new Map<string, Rule>();
  const placed = Object.entries(regions);
  placed.forEach(([region, peers], at) => {
    if (peers.length > 1) rules.set(`wan.${region}`, { from: peers, to: peers, delay: WITHIN_REGION });
    for (const [other, others] of placed.slice(at + 1)) {
      const oneWayMs = (roundTripMs(region, other) ?? 0) / 2;
      const delay = `normal(${oneWayMs.toFixed(3)}ms, ${(oneWayMs * WAVERS).toFixed(3)}ms)`;
      rules.set(`wan.${region}.${other}`, { from: peers, to: others, both: true, delay });
    }
  });
  return rules;
}
