import type { Rule } from '../../shared/http/Rule.ts';
import type { PeerId } from '../../shared/ids.ts';
import type { Random } from '../../shared/random.ts';

const TYPES = ['@requests', '@replies', '@client', 'AppendEntries', 'RequestVote', 'InstallSnapshot'] as const;
const ENDPOINTS = ['*', 'leader', 'follower', 'client', 'peer'] as const;
const TTL_MS_MAX = 5000;

/** A rule of the fault engine, of any kind that a simulated network has a meaning for. It ends by itself. */
export function randomRule(ids: readonly PeerId[], random: Random): Rule {
  const endpoint = (): string => {
    const names = [...ENDPOINTS, ...ids];
    return names[Math.floor(random() * names.length)] ?? '*';
  };
  const types = random() < 0.5 ? {} : { types: [TYPES[Math.floor(random() * TYPES.length)] ?? '@requests'] };
  const which = random();
  const when =
    which < 0.6 ? {} : which < 0.8 ? { every: 2 + Math.floor(random() * 4) } : { flap: { onMs: 200, offMs: 300 } };
  return {
    from: endpoint(),
    to: endpoint(),
    both: random() < 0.3,
    ttlMs: 100 + Math.floor(random() * TTL_MS_MAX),
    ...types,
    ...when,
    ...faultOf(random),
  };
}

function faultOf(random: Random): Partial<Rule> {
  const share = Math.round(random() * 100) / 100;
  switch (Math.floor(random() * 8)) {
    case 0:
      return { drop: share };
    case 1:
      return { drop: { goodToBad: 0.1, badToGood: 0.2 } };
    case 2:
      return { delay: `${Math.floor(random() * 200)}ms..${200 + Math.floor(random() * 400)}ms` };
    case 3:
      return { reorder: { probability: share, delay: '0ms..800ms' } };
    case 4:
      return { duplicate: { probability: share, copies: 2, delay: '0ms..1500ms' } };
    case 5:
      return { corrupt: share };
    case 6:
      return { hold: true };
    default:
      return { rate: { bytesPerSecond: 2000 + Math.floor(random() * 50_000) } };
  }
}
