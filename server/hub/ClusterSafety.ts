import type { SafetyOffence, SafetyRule, SafetyView } from '../../shared/http/Safety.ts';
import type { ClusterId } from '../../shared/ids.ts';
import type { Status } from '../../shared/messages/Status.ts';
import { SafetyLedger } from '../../shared/safety/SafetyLedger.ts';
import { type Endpoint, RAFT_APPLICATION } from './Endpoint.ts';
import type { HubServices } from './HubServices.ts';
import type { Roster } from './Roster.ts';

/** What the peers of one cluster tell, held against Raft's promises: each status, whoever looks or does not. */
export class ClusterSafety {
  readonly #id: ClusterId;
  readonly #services: Pick<HubServices, 'offences' | 'options'>;
  readonly #roster: Roster;
  #ledger: SafetyLedger;
  #changes = 0;

  constructor(id: ClusterId, services: Pick<HubServices, 'offences' | 'options'>, roster: Roster) {
    this.#id = id;
    this.#services = services;
    this.#roster = roster;
    this.#ledger = this.#newLedger();
  }

  /** Grows with whatever may change the view. */
  get changes(): number {
    return this.#changes;
  }

  view(): SafetyView {
    return this.#ledger.view(this.#whyNothing());
  }

  /** @param seq of the status in the journal */
  judge({ id, application, isEphemeral, instance }: Endpoint, status: Status, seq: number): void {
    // A client is nobody's voter, and what another protocol calls a status means something else.
    if (isEphemeral || application !== RAFT_APPLICATION) return;
    this.#changes += 1;
    this.#ledger.read(id, status, { seq, ...(instance === undefined ? {} : { process: instance }) });
  }

  beginAnew(): void {
    this.#changes += 1;
    this.#ledger = this.#newLedger();
  }

  #newLedger(): SafetyLedger {
    const told = new Set<SafetyRule>();
    return new SafetyLedger({
      isThere: (id) => {
        const endpoint = this.#roster.get(id);
        return endpoint?.connection !== undefined && endpoint.status !== undefined;
      },
      onOffence: (rule, offence) => {
        this.#services.offences.set(rule, (this.#services.offences.get(rule) ?? 0) + 1);
        // Peers may say what they like, as often as they like.
        if (!told.has(rule)) this.#log(rule, offence);
        told.add(rule);
      },
    });
  }

  #log(rule: SafetyRule, { text }: SafetyOffence): void {
    this.#services.options.logger.warn(
      `${this.#id}: ${rule} is broken: ${text}; "whitewater journal" has what the peers told`,
    );
  }

  #whyNothing(): string | undefined {
    const strange = [...this.#roster].find((one) => !one.isEphemeral && one.application !== RAFT_APPLICATION);
    return strange && `${strange.id} speaks ${strange.application}, and what is judged here is Raft`;
  }
}
