import { PARTITION_SHAPES } from '../../shared/http/Partition.ts';
import type { PeerId } from '../../shared/ids.ts';
import { type Random, seededRandom } from '../../shared/random.ts';
import { partitionOf } from '../../server/faults/shapes.ts';
import { drawRate } from '../clockRates.ts';
import { QUICK_DISK } from '../Disk.ts';
import { RELIABLE_NETWORK } from '../Network.ts';
import { shuffled } from '../randomLogs.ts';
import type { SimulatedPeer } from '../SimulatedPeer.ts';
import type { Simulation } from '../Simulation.ts';
import { AimedFaults } from './AimedFaults.ts';
import { DiskHarm } from './DiskHarm.ts';
import type { FaultKind, PlannedFault } from './FaultPlan.ts';
import { MemberChanges } from './MemberChanges.ts';
import { randomRule } from './randomRule.ts';

/** How long a peer is down or stopped, and a relay down, at the most. */
const AWAY_MS_MAX = 2500;
const RELAY_DOWN_MS_MAX = 1500;
/** What makes everything hard, crashes within writes, slow disks and bad weather, ends by itself, most times. */
const HARD_MS_MAX = 3000;
const SHARE_FOR_GOOD = 0.25;
/** How far a time of day may be from that of the others. */
const WALL_OFFSET_MS_MAX = 20_000;
/** How many rules of the fault engine are in force at a time. */
const RULES_MAX = 3;

/** Does to a simulation what was planned. Each fault draws from a stream of its own, so that it stays the same when others are left out. */
export class Adversary {
  /** How often each kind struck: what found nothing to do, such as to cut off a leader when there is none, does not count. */
  readonly counts = new Map<FaultKind, number>();
  readonly #simulation: Simulation;
  readonly #faults: readonly PlannedFault[];
  readonly #disks: DiskHarm;
  readonly #members: MemberChanges;
  readonly #aimed: AimedFaults;
  readonly #rules = new Map<string, ReturnType<typeof randomRule>>();
  #atWrite: { readonly rate: number; readonly random: Random } | undefined;
  #isOver = false;

  constructor(simulation: Simulation, faults: readonly PlannedFault[]) {
    this.#simulation = simulation;
    this.#faults = faults;
    this.#disks = new DiskHarm(simulation, () => this.#count('fullDisk'));
    this.#members = new MemberChanges(simulation, (kind) => this.#count(kind));
    this.#aimed = new AimedFaults({
      simulation,
      members: this.#members,
      crash: (peer, random) => this.#crash(peer, random),
      isOver: () => this.#isOver,
      onDone: (kind) => this.#count(kind),
    });
  }

  /** Peers whose disks were damaged beyond use: they do not come back. */
  get lost(): ReadonlySet<PeerId> {
    return this.#disks.lost;
  }

  start(): void {
    const { clock } = this.#simulation;
    this.#simulation.onWrite = (peer) => this.#writeBegun(peer);
    this.#simulation.onEnded = (peer, error) => this.#disks.ended(peer, error);
    for (const fault of this.#faults) {
      clock.setTimer(fault.atMs, () => {
        if (!this.#isOver) this.#strike(fault);
      });
    }
  }

  /** Ends all faults: everybody that can is up and connected, network and disks are quick. */
  end(): void {
    const { network, peers, options } = this.#simulation;
    this.#isOver = true;
    this.#simulation.note('all faults end');
    network.mendAll();
    network.change({ rules: new Map(), partition: null });
    network.options = { ...RELIABLE_NETWORK, ...options.network };
    for (const peer of peers.values()) {
      peer.disk.options = { ...QUICK_DISK, ...options.disk };
      if (peer.isPaused) this.#simulation.resume(peer);
    }
    this.#disks.end();
    for (const peer of peers.values()) {
      if (!peer.isUp && !this.lost.has(peer.id)) this.#simulation.restart(peer);
    }
  }

  /** A crash may strike at once, within the write, or right after it. */
  #writeBegun(id: PeerId): void {
    this.#aimed.writeBegun(id);
    const { rate, random } = this.#atWrite ?? {};
    if (this.#isOver || rate === undefined || random === undefined || random() >= rate) return;
    const { clock } = this.#simulation;
    const peer = this.#simulation.peer(id);
    const { lives } = peer;
    const afterMs = random() < 0.2 ? 0 : random() * peer.disk.options.writeMsMax * 1.2;
    clock.setArrival(clock.nowMs() + afterMs, () => {
      if (this.#isOver || peer.lives !== lives || !peer.isUp) return;
      if (this.#crash(peer, random)) this.#count('crashAtWrite');
    });
  }

  #strike({ number, kind }: PlannedFault): void {
    const simulation = this.#simulation;
    const random = seededRandom(simulation.options.seed, `fault/${number}`);
    simulation.note(`fault ${number}: ${kind}`);
    if (this.#do(number, kind, random)) this.#count(kind);
  }

  /** @returns whether anything is otherwise now; what shows only later counts itself then */
  #do(number: number, kind: FaultKind, random: Random): boolean {
    const simulation = this.#simulation;
    switch (kind) {
      case 'crash':
        return this.#crash(pick(this.#up(), random), random);
      case 'crashLeader':
        return this.#crash(simulation.leader(), random);
      case 'crashAtWrite':
        this.#crashAtWrites({ rate: random() * 0.3, random });
        return false;
      case 'pause':
        return this.#pause(pick(this.#up(), random), random);
      case 'partition':
        return this.#partition(random);
      case 'shape':
        return this.#shape(random);
      case 'isolateLeader':
        return this.#isolateLeader();
      case 'oneWayCut':
        return this.#cutOneWay(random);
      case 'heal':
        return this.#heal();
      case 'weather':
        return this.#changeWeather(random);
      case 'rule':
        return this.#addRule(number, random);
      case 'slowDisk':
        return this.#slowDisk(random);
      case 'fullDisk':
        this.#disks.fill(pick(this.#peers(), random), random);
        return false;
      case 'bitFlip':
      case 'lostTail':
        return this.#disks.damage(kind, pick(this.#peers(), random), random);
      case 'tornWrite':
        return this.#disks.tear(pick(this.#up(), random), random);
      case 'relayRestart':
        return simulation.relay.restart(random() * RELAY_DOWN_MS_MAX);
      case 'clientCrash':
        return this.#crashClient(random);
      case 'changeMembers':
        this.#members.change(random);
        return false;
      case 'transfer':
        this.#members.transfer(random);
        return false;
      case 'clockJump':
        return this.#setClock(pick(this.#peers(), random), random);
      case 'clockRate':
        return this.#changeClockRate(pick(this.#peers(), random), random);
      case 'lagBehind':
        this.#aimed.lagBehind(random);
        return false;
      case 'crashInChange':
        this.#aimed.crashInChange(random);
        return false;
      case 'splitInChange':
        this.#aimed.splitInChange(random);
        return false;
    }
  }

  #crash(peer: SimulatedPeer | undefined, random: Random): boolean {
    if (peer?.isUp !== true) return false;
    const { clock } = this.#simulation;
    this.#simulation.crash(peer);
    const { lives } = peer;
    clock.setTimer(clock.nowMs() + random() * AWAY_MS_MAX, () => {
      if (!peer.isUp && peer.lives === lives && !this.lost.has(peer.id)) this.#simulation.restart(peer);
    });
    return true;
  }

  #pause(peer: SimulatedPeer | undefined, random: Random): boolean {
    if (peer === undefined || peer.isPaused) return false;
    const { clock } = this.#simulation;
    this.#simulation.pause(peer);
    clock.setTimer(clock.nowMs() + random() * AWAY_MS_MAX, () => {
      if (peer.isPaused) this.#simulation.resume(peer);
    });
    return true;
  }

  #partition(random: Random): boolean {
    const ids = shuffled(this.#simulation.ids, random);
    const groupCount = 2 + Math.floor(random() * 2);
    const groups = Array.from({ length: groupCount }, (): PeerId[] => []);
    for (const id of ids) groups[Math.floor(random() * groupCount)]?.push(id);
    this.#simulation.note(`partition ${groups.map((group) => group.join(',')).join('|')}`);
    this.#simulation.network.partition(groups);
    return groups.filter(({ length }) => length > 0).length > 1;
  }

  /** One of the relay's named shapes. */
  #shape(random: Random): boolean {
    const simulation = this.#simulation;
    const leader = simulation.leader()?.id ?? null;
    const needsLeader = ['isolate-leader', 'majority-minority'];
    const fitting = PARTITION_SHAPES.filter((shape) => !shape.includes(':ID') || shape.startsWith('isolate:'));
    const shape = pick(leader === null ? fitting.filter((one) => !needsLeader.includes(one)) : fitting, random);
    const id = pick(simulation.ids, random);
    if (shape === undefined || simulation.ids.length < 3 || id === undefined) return false;
    const request = { shape: shape.replace('ID', id) };
    const context = { peers: simulation.ids, leader, seed: String(random()), epoch: 1 };
    simulation.note(`partition ${request.shape}`);
    simulation.network.change({ partition: partitionOf(request, context) });
    return true;
  }

  #isolateLeader(): boolean {
    const { ids, network } = this.#simulation;
    const leader = this.#simulation.leader();
    if (leader === undefined || ids.length < 2) return false;
    this.#simulation.note(`${leader.id} is cut off`);
    network.isolate(leader.id, ids);
    return true;
  }

  #cutOneWay(random: Random): boolean {
    const { ids, network } = this.#simulation;
    const [from, to] = shuffled(ids, random);
    if (from === undefined || to === undefined || network.isCut(from, to)) return false;
    this.#simulation.note(`${from} to ${to} is cut, one way`);
    network.cut(from, to);
    return true;
  }

  #heal(): boolean {
    const { network } = this.#simulation;
    const { partition, rules } = network.faults;
    this.#simulation.note('the network heals');
    this.#rules.clear();
    network.mendAll();
    network.change({ rules: new Map(), partition: null });
    return partition !== undefined || rules.some(({ ofProfile }) => !ofProfile);
  }

  #changeWeather(random: Random): boolean {
    const delayMsMax = random() < 0.3 ? 150 : 20;
    const { network, options } = this.#simulation;
    const weather = {
      delayMsMin: random() * delayMsMax * 0.5,
      delayMsMax,
      lossRate: random() < 0.5 ? 0 : random() * 0.4,
      duplicateRate: random() < 0.5 ? 0 : random() * 0.4,
      reorderRate: random() < 0.5 ? 0 : random() * 0.3,
      reorderMsMax: random() * 2000,
      duplicateMsMax: random() < 0.5 ? delayMsMax : random() * 5000,
    };
    network.options = weather;
    this.#endLater(random, () => {
      if (network.options === weather) network.options = { ...RELIABLE_NETWORK, ...options.network };
    });
    return true;
  }

  #addRule(number: number, random: Random): boolean {
    const { ids, network } = this.#simulation;
    const [oldest] = this.#rules.keys();
    if (this.#rules.size >= RULES_MAX && oldest !== undefined) this.#rules.delete(oldest);
    const rule = randomRule(ids, random);
    this.#rules.set(`fault${number}`, rule);
    this.#simulation.note(`rule ${JSON.stringify(rule)}`);
    network.change({ rules: this.#rules });
    return true;
  }

  #slowDisk(random: Random): boolean {
    const peer = pick(this.#peers(), random);
    if (peer === undefined) return false;
    const slow = { writeMsMin: 0, writeMsMax: random() < 0.3 ? 1500 : 100 };
    peer.disk.options = slow;
    this.#endLater(random, () => {
      if (peer.disk.options === slow) peer.disk.options = { ...QUICK_DISK, ...this.#simulation.options.disk };
    });
    return true;
  }

  #crashAtWrites(atWrite: { readonly rate: number; readonly random: Random }): void {
    this.#atWrite = atWrite;
    this.#endLater(atWrite.random, () => {
      if (this.#atWrite === atWrite) this.#atWrite = undefined;
    });
  }

  #endLater(random: Random, end: () => void): void {
    const { clock } = this.#simulation;
    const [isForGood, forMs] = [random() < SHARE_FOR_GOOD, random() * HARD_MS_MAX];
    if (isForGood) return;
    clock.setTimer(clock.nowMs() + forMs, () => {
      if (!this.#isOver) end();
    });
  }

  #setClock(peer: SimulatedPeer | undefined, random: Random): boolean {
    if (peer === undefined) return false;
    const offsetMs = Math.round((2 * random() - 1) * WALL_OFFSET_MS_MAX);
    this.#simulation.note(`the time of day of ${peer.id} is set ${offsetMs} ms ahead`);
    peer.setWallOffset(offsetMs);
    return true;
  }

  #changeClockRate(peer: SimulatedPeer | undefined, random: Random): boolean {
    if (peer === undefined) return false;
    const rate = drawRate(random);
    this.#simulation.note(`the clock of ${peer.id} goes at ${rate}`);
    peer.setClockRate(rate);
    return true;
  }

  #crashClient(random: Random): boolean {
    const client = pick(this.#simulation.workload?.clients ?? [], random);
    if (client === undefined) return false;
    this.#simulation.note(`${client.id} crashes, and begins anew`);
    client.crash();
    client.start();
    return true;
  }

  #peers(): SimulatedPeer[] {
    return [...this.#simulation.peers.values()];
  }

  #up(): SimulatedPeer[] {
    return this.#peers().filter(({ isUp }) => isUp);
  }

  #count(kind: FaultKind): void {
    this.counts.set(kind, (this.counts.get(kind) ?? 0) + 1);
  }
}

function pick<Item>(items: readonly Item[], random: Random): Item | undefined {
  return items[Math.floor(random() * items.length)];
}
