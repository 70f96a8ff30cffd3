import { seededRandom } from '../../shared/random.ts';

/** What can go wrong in a run; docs/TESTING.md says what each of them is. */
export const FAULT_KINDS = [
  'crash',
  'crashLeader',
  'crashAtWrite',
  'pause',
  'partition',
  'shape',
  'isolateLeader',
  'oneWayCut',
  'heal',
  'weather',
  'rule',
  'slowDisk',
  'fullDisk',
  'bitFlip',
  'lostTail',
  'tornWrite',
  'relayRestart',
  'clientCrash',
  'changeMembers',
  'transfer',
  'lagBehind',
  'crashInChange',
  'splitInChange',
  'clockJump',
  'clockRate',
] as const;
export type FaultKind = (typeof FAULT_KINDS)[number];

/** Of peers without a machine, or of their network. */
export const BARE_KINDS: readonly FaultKind[] = [
  'crash',
  'crashAtWrite',
  'pause',
  'partition',
  'isolateLeader',
  'oneWayCut',
  'heal',
  'weather',
  'slowDisk',
];

export interface PlannedFault {
  /** Names it, and its random choices: they stay the same when others are left out. */
  readonly number: number;
  readonly atMs: number;
  readonly kind: FaultKind;
}

const CUTS: readonly FaultKind[] = ['partition', 'shape', 'isolateLeader', 'oneWayCut'];
/** A disk that is damaged is lost, and so is its peer: members that change meanwhile could lose their majority. */
const LOSSES: readonly FaultKind[] = ['bitFlip', 'lostTail'];

/** Between two faults, on average: drawn once for each run. */
const EVERY_MS_MIN = 80;
const EVERY_MS_MAX = 800;
const SHARE_OF_KINDS = 0.5;
/** Of the runs: the network heals soon after each cut, so that the cluster works most of the time, and comes to more. */
const SHARE_GENTLE = 0.6;
const CUT_MS_MAX = 1200;
export const FAULTS_OF_MEMBERS: readonly FaultKind[] = ['changeMembers', 'crashInChange', 'splitInChange'];

/**
 * The faults of a run, from its seed. Each run has a choice of its own of the kinds (swarm testing, Groce and others, 2012): with all of
 * them always there, some states are never reached.
 */
export function drawFaults(
  seed: string | number,
  forMs: number,
  kinds: readonly FaultKind[] = FAULT_KINDS,
): readonly PlannedFault[] {
  const random = seededRandom(seed, 'faults');
  const chosen = kinds.filter((kind) => kind !== 'heal' && random() < SHARE_OF_KINDS);
  const changesMembers = FAULTS_OF_MEMBERS.some((kind) => chosen.includes(kind));
  const fits = changesMembers ? chosen.filter((kind) => !LOSSES.includes(kind)) : chosen;
  // As often as the network is cut it heals, or nobody could lead most of the time.
  const isGentle = random() < SHARE_GENTLE;
  const heals = isGentle ? [] : fits.filter((kind) => CUTS.includes(kind)).map((): FaultKind => 'heal');
  const drawn = [...fits, ...heals];
  const everyMs = (EVERY_MS_MIN + random() * (EVERY_MS_MAX - EVERY_MS_MIN)) * (isGentle ? 1.5 : 1);
  const struck: Omit<PlannedFault, 'number'>[] = [];
  const next = (): number => -Math.log(1 - random()) * everyMs;
  for (let atMs = next(); atMs < forMs; atMs += next()) {
    const kind = drawn[Math.floor(random() * drawn.length)];
    if (kind === undefined) continue;
    struck.push({ atMs, kind });
    const healsMs = atMs + random() * CUT_MS_MAX;
    if (isGentle && CUTS.includes(kind) && healsMs < forMs) struck.push({ atMs: healsMs, kind: 'heal' });
  }
  struck.sort((one, other) => one.atMs - other.atMs);
  return struck.map((fault, at) => ({ number: at + 1, ...fault }));
}
