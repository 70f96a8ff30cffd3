import { between } from '../cli/chaos/drawing.ts';
import { drawRound } from '../cli/chaos/drawUpsets.ts';
import type { Stage } from '../client/scenario/Stage.ts';
import { seededRandom, type Random } from '../shared/random.ts';

/** What the torture does beside the upsets of `whitewater chaos`. */
export const OWN_KINDS = [
  ...(['relayKill', 'relayPause', 'killAll', 'damage', 'member', 'transfer', 'clientCrash'] as const),
];

/** How the run carries out what is drawn. Whoever is meant is named by a place among the voters, since peers are replaced. */
export interface Hands {
  killRelay(): Promise<string>;
  startRelay(): Promise<string>;
  pauseRelay(): Promise<string>;
  killAll(): Promise<string>;
  startAll(): Promise<string>;
  damage(place: number, random: Random): Promise<string>;
  start(place: number): Promise<string>;
  addSpare(role: 'voter' | 'learner'): Promise<string>;
  removeSpare(): Promise<string>;
  removeVoter(place: number): Promise<string>;
  addVoter(place: number): Promise<string>;
  transfer(place: number): Promise<string>;
  crashClient(number: number): Promise<string>;
}

export interface Torment {
  readonly atMs: number;
  /** For the summary. */
  readonly kind: string;
  readonly text: string;
  /** Whether it ends another one, and does not count by itself. */
  readonly isEnd: boolean;
  /** Rejects with a WhitewaterError when it does not fit now. */
  readonly run: (hands: Hands, stage: Stage) => Promise<string>;
}

export interface TortureRound {
  readonly stormMs: number;
  readonly torments: readonly Torment[];
}

interface Own extends Omit<Torment, 'atMs' | 'run'> {
  readonly afterMs: number;
  readonly run: (hands: Hands) => Promise<string>;
}

const GAP_MS = { min: 700, max: 2500 };
const AWAY_MS = { min: 200, max: 2500 };
/** The rarer ones take turns, so that a short run has them all. */
const THEMES = ['relayKill', 'damage', 'member', 'killAll', 'member', 'relayKill'] as const;

/**
 * The faults of one round. They depend on the seed, the round and the numbers of peers and clients, and on nothing that happens.
 * @param peers who has the places of the voters now
 */
export function drawTorture(seed: string, round: number, peers: readonly string[], clients: number): TortureRound {
  const { stormMs, upsets } = drawRound(seed, round, peers, true);
  const random = seededRandom(seed, `torture/${round}`);
  const torments: Torment[] = upsets.map(({ atMs, upset }) => ({
    ...{ atMs, kind: upset.kind, text: upset.text, isEnd: /^(?:start|resume) /.test(upset.text) },
    run: (_hands: Hands, stage: Stage) => upset.run(stage),
  }));
  const draw: Draw = { random, places: peers.length, clients };
  const theme = themeOf(seed, round);
  const add = (atMs: number, own: readonly Own[]): void => {
    for (const { afterMs, ...torment } of own) torments.push({ ...torment, atMs: atMs + afterMs });
  };
  add(random() * stormMs * 0.5, drawTheme(theme, draw));
  for (let atMs = between(GAP_MS, random); atMs < stormMs; atMs += between(GAP_MS, random)) add(atMs, drawLight(draw));
  torments.sort((one, other) => one.atMs - other.atMs);
  return { stormMs, torments };
}

interface Draw {
  readonly random: Random;
  readonly places: number;
  readonly clients: number;
}

/** Each of them once in so many rounds, in another order for each seed. */
function themeOf(seed: string, round: number): (typeof THEMES)[number] {
  const random = seededRandom(seed, `themes/${Math.floor((round - 1) / THEMES.length)}`);
  const deck = THEMES.map((theme) => ({ theme, rank: random() })).sort((one, other) => one.rank - other.rank);
  return deck[(round - 1) % THEMES.length]?.theme ?? 'relayKill';
}

function drawTheme(theme: (typeof THEMES)[number], draw: Draw): Own[] {
  const awayMs = Math.round(between(AWAY_MS, draw.random));
  switch (theme) {
    case 'relayKill':
      return [
        now('relayKill', `kill the relay for ${awayMs} ms`, (hands) => hands.killRelay()),
        { ...end('relayKill', 'start the relay', (hands) => hands.startRelay()), afterMs: awayMs },
      ];
    case 'killAll':
      return [
        now('killAll', `kill every peer for ${awayMs} ms`, (hands) => hands.killAll()),
        { ...end('killAll', 'start every peer', (hands) => hands.startAll()), afterMs: awayMs },
      ];
    case 'damage':
      return damage(draw, awayMs);
    case 'member':
      return draw.random() < 0.5 ? spare(draw, awayMs) : leaveAndReturn(draw, awayMs);
  }
}

function drawLight({ random, places, clients }: Draw): Own[] {
  const kind = random();
  if (kind < 0.4) {
    const place = Math.floor(random() * places);
    return [now('transfer', `hand leadership to voter ${place + 1}`, (hands) => hands.transfer(place))];
  }
  if (kind < 0.85 && clients > 0) {
    const client = Math.floor(random() * clients);
    return [now('clientCrash', `crash client ${client + 1}`, (hands) => hands.crashClient(client))];
  }
  const forMs = Math.round(100 + random() * 1400);
  return [
    now('relayPause', `stop the relay in its tracks for ${forMs} ms`, (hands) => hands.pauseRelay()),
    { ...end('relayPause', 'let the relay go on', (hands) => hands.startRelay()), afterMs: forMs },
  ];
}

function damage({ random, places }: Draw, afterMs: number): Own[] {
  const place = Math.floor(random() * places);
  return [
    now('damage', `kill voter ${place + 1} and damage its store`, (hands) => hands.damage(place, random)),
    { ...end('damage', `start voter ${place + 1}`, (hands) => hands.start(place)), afterMs },
  ];
}

function spare({ random }: Draw, afterMs: number): Own[] {
  const first = random() < 0.5 ? 'learner' : 'voter';
  return [
    now('member', `add the spare as a ${first}`, (hands) => hands.addSpare(first)),
    { ...now('member', 'make the spare a voter', (hands) => hands.addSpare('voter')), afterMs },
    { ...now('member', 'remove the spare', (hands) => hands.removeSpare()), afterMs: 2 * afterMs + 500 },
  ];
}

function leaveAndReturn({ random, places }: Draw, afterMs: number): Own[] {
  const place = Math.floor(random() * places);
  return [
    now('member', 'add the spare as a voter', (hands) => hands.addSpare('voter')),
    { ...now('member', `remove voter ${place + 1}`, (hands) => hands.removeVoter(place)), afterMs },
    { ...now('member', `add voter ${place + 1} anew`, (hands) => hands.addVoter(place)), afterMs: 2 * afterMs + 500 },
  ];
}

function now(kind: (typeof OWN_KINDS)[number], text: string, run: (hands: Hands) => Promise<string>): Own {
  return { afterMs: 0, kind, text, isEnd: false, run };
}

function end(kind: (typeof OWN_KINDS)[number], text: string, run: (hands: Hands) => Promise<string>): Own {
  return { ...now(kind, text, run), isEnd: true };
}
