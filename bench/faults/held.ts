import { setTimeout as after } from 'node:timers/promises';
import type { NetworkView } from '../../shared/http/Network.ts';
import { LatencyWire } from '../relay/LatencyWire.ts';
import type { Child } from '../support/Child.ts';
import { FIRST_FRAME_ID, separateLinks } from '../support/frames.ts';
import type { Memory } from '../support/memory.ts';
import { putInForce, request } from './network.ts';

const CLUSTER = 'latency';
const ALL_WITHIN_MS = 60_000;
/** Sent in one turn: the sender's own socket must not hold them all at once. */
const FRAMES_PER_TURN = 500;

export interface HeldPlan {
  readonly frames: number;
  readonly frameBytes: number;
}

export interface HeldFigures {
  /** The relay's resident memory after as many frames passed it, and with as many held. */
  readonly beforeBytes: number;
  readonly heldBytes: number;
  readonly framesHeld: number;
  /** From the release until the last of them had come. */
  readonly releaseMs: number;
  readonly framesLost: number;
}

/** As many frames pass first, so that what a relay takes under any load is not counted. */
export async function measureHeld(child: Child, { frames, frameBytes }: HeldPlan): Promise<HeldFigures> {
  const [link] = separateLinks(1);
  if (link === undefined) throw new Error('there is no link');
  const wire = await LatencyWire.open({ name: 'relay', child }, link, frameBytes);
  let arrived = 0;
  wire.listen(() => {
    arrived += 1;
  });
  try {
    await send(wire, frames);
    await until(async () => arrived === frames);
    const before = (await child.ask('memory')) as Memory;
    await putInForce(child, CLUSTER, { rules: { hold: { from: '*', to: '*', hold: true } } });
    await send(wire, frames);
    await until(async () => (await view(child)).held === frames);
    const holding = (await child.ask('memory')) as Memory;
    const { held } = await view(child);
    const releasedMs = performance.now();
    await request(child, CLUSTER, 'DELETE', 'rules/hold');
    await until(async () => arrived === 2 * frames);
    return {
      beforeBytes: before.residentBytes,
      heldBytes: holding.residentBytes,
      framesHeld: held,
      releaseMs: performance.now() - releasedMs,
      framesLost: 2 * frames - arrived,
    };
  } finally {
    wire.close();
  }
}

async function view(child: Child): Promise<NetworkView> {
  return (await request(child, CLUSTER, 'GET', 'network')) as NetworkView;
}

async function send(wire: LatencyWire, frames: number): Promise<void> {
  for (let sent = 0; sent < frames; sent += 1) {
    wire.send(FIRST_FRAME_ID + sent);
    if (sent % FRAMES_PER_TURN === 0) await after(1);
  }
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  const deadlineMs = performance.now() + ALL_WITHIN_MS;
  while (!(await condition())) {
    if (performance.now() > deadlineMs) throw new Error('not all frames came in time');
    await after(5);
  }
}
