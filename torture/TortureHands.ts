import { saveLines } from '../cli/network/JournalFile.ts';
import { StepFailure } from '../client/scenario/StepFailure.ts';
import type { Network } from '../client/Network.ts';
import type { RelayClient } from '../client/RelayClient.ts';
import { WhitewaterError } from '../shared/errors.ts';
import type { Random } from '../shared/random.ts';
import type { Hands } from './drawTorture.ts';
import type { Load } from './Load.ts';
import type { RunDirectory } from './RunDirectory.ts';
import type { TortureCluster } from './TortureCluster.ts';
import { Turns } from './Turns.ts';
import type { Voters } from './Voters.ts';
import type { Watch } from './Watch.ts';

/** How long a change of members, or a transfer, is waited for under faults. */
const CHANGE_MS = 5000;

export interface HandsOptions {
  readonly cluster: TortureCluster;
  readonly name: string;
  readonly client: RelayClient;
  readonly network: Network;
  readonly seed: string;
  readonly voters: Voters;
  readonly watch: Watch;
  readonly directory: RunDirectory;
}

/** Does to the cluster what was drawn. */
export class TortureHands implements Hands {
  /** Whose clients crash. */
  load: Load | undefined;
  readonly #options: HandsOptions;
  readonly #turns = new Turns();
  #isRelayDead = false;

  constructor(options: HandsOptions) {
    this.#options = options;
  }

  /** What the relay was told is read before it goes; what it is told between that and its end nobody reads. */
  killRelay(): Promise<string> {
    const { cluster, watch, network, directory } = this.#options;
    return this.#turns.take('relay', async () => {
      if (this.#isRelayDead) return 'it was dead already';
      await cluster.startRelay();
      const offence = await watch.drain();
      if (offence !== undefined) throw new StepFailure(offence);
      await saveLines(network.journal(), directory.nextJournal()).catch(() => undefined);
      this.#isRelayDead = true;
      await cluster.killRelay();
      return '';
    });
  }

  /** Starts one that was killed, and lets one go on that was stopped. */
  startRelay(): Promise<string> {
    const { cluster, watch } = this.#options;
    return this.#turns.take('relay', async () => {
      await cluster.startRelay();
      if (!this.#isRelayDead) return '';
      this.#isRelayDead = false;
      watch.begin();
      await this.#seed();
      return '';
    });
  }

  pauseRelay(): Promise<string> {
    return this.#turns.take('relay', async () => {
      if (this.#isRelayDead) return 'it is dead';
      await this.#options.cluster.pauseRelay();
      return '';
    });
  }

  async killAll(): Promise<string> {
    const { cluster, voters } = this.#options;
    await Promise.all(voters.processes.map((id) => cluster.kill(id)));
    return '';
  }

  async startAll(): Promise<string> {
    const { cluster, voters } = this.#options;
    await Promise.all(voters.processes.map((id) => cluster.start(id)));
    return '';
  }

  async damage(place: number, random: Random): Promise<string> {
    const { cluster, voters, watch } = this.#options;
    const id = voters.at(place);
    const { held, what } = await cluster.damage(id, random);
    const { currentTerm: term, votedFor } = held;
    // If it starts, it may not have forgotten this.
    const offence = watch.ledger.read(id, { role: 'follower', term, votedFor, commitIndex: 0 });
    if (offence !== undefined) throw new StepFailure(`the store of ${id}: ${offence}`);
    return `${id}: ${what}; it held term ${term}, vote ${votedFor ?? 'none'}`;
  }

  async start(place: number): Promise<string> {
    await this.#options.cluster.start(this.#options.voters.at(place));
    return '';
  }

  addSpare(role: 'voter' | 'learner'): Promise<string> {
    return this.#setMember(this.#options.voters.spare, role);
  }

  removeSpare(): Promise<string> {
    return this.#removeMember(this.#options.voters.spare);
  }

  removeVoter(place: number): Promise<string> {
    return this.#removeMember(this.#options.voters.at(place));
  }

  addVoter(place: number): Promise<string> {
    return this.#setMember(this.#options.voters.at(place), 'voter');
  }

  async transfer(place: number): Promise<string> {
    const { client, name, voters } = this.#options;
    const { leader, term } = await client.transferLeadership(name, voters.at(place), { timeoutMs: CHANGE_MS });
    return `leader ${leader ?? 'none'}, term ${term}`;
  }

  async crashClient(number: number): Promise<string> {
    const client = this.load?.clients[number];
    client?.crash();
    return client?.name ?? 'there is none';
  }

  async #setMember(id: string, role: 'voter' | 'learner'): Promise<string> {
    const { client, name } = this.#options;
    await client.setMember(name, id, role, { timeoutMs: CHANGE_MS });
    return `${id} is a ${role}`;
  }

  async #removeMember(id: string): Promise<string> {
    const { client, name } = this.#options;
    await client.removeMember(name, id, { timeoutMs: CHANGE_MS });
    return `${id} is removed`;
  }

  /** A new relay draws from a seed of its own until it is told, and does not know the cluster before somebody connects. */
  async #seed(): Promise<void> {
    const { network, seed } = this.#options;
    try {
      await network.seed(seed);
    } catch (error) {
      if (!(error instanceof WhitewaterError)) throw error;
    }
  }
}
