import { RELAY_ADDRESS } from '../../shared/envelope.ts';
import type { ErrorCode } from '../../shared/errors.ts';
import type { DropCause } from '../../shared/http/Traffic.ts';
import type { ClusterId } from '../../shared/ids.ts';
import type { Trace, TraceRecord, TraceTopic } from '../../shared/trace.ts';
import type { Faults } from '../faults/Faults.ts';
import type { Connection } from './Connection.ts';

/** The relay's lines of the shared trace, for one cluster. */
export class RelayTrace {
  readonly #trace: Trace;
  readonly #cluster: ClusterId;

  constructor(trace: Trace, cluster: ClusterId) {
    this.#trace = trace;
    this.#cluster = cluster;
  }

  connected(connection: Connection): void {
    const { id, identity } = connection;
    this.#write('transport', 'connected', {
      details: { endpoint: identity.id, connectionId: id, remoteAddress: identity.remoteAddress },
    });
  }

  disconnected(connection: Connection, reason: string): void {
    const { id, identity } = connection;
    this.#write('transport', 'disconnected', { details: { endpoint: identity.id, connectionId: id, reason } });
  }

  refused(endpoint: string, code: ErrorCode, message: string): void {
    this.#write('transport', 'refused', { details: { endpoint, code, message } });
  }

  /** What became of a frame, or of one copy of it, in the end. */
  frame(
    head: { type: string; from: string; to: string; id: number },
    bytes: number,
    cause: DropCause | undefined,
  ): void {
    const { type, from, to, id } = head;
    const details = { type, to, bytes, ...(cause === undefined ? {} : { cause }) };
    this.#write('frame', cause === undefined ? 'forwarded' : 'dropped', { messageId: `${from}/${id}`, details });
  }

  /** @param event what the change was */
  faults({ epoch, partition, profile, rules }: Faults, event: string): void {
    const { groups, cuts, shape } = partition?.source ?? {};
    const own = Object.fromEntries(
      rules.filter(({ ofProfile }) => !ofProfile).map(({ name, source }) => [name, source]),
    );
    this.#write('fault', event, { details: { epoch, groups, cuts, shape, profile: profile.source, rules: own } });
  }

  disconnectedByOperator(endpoint: string, forMs: number): void {
    this.#write('fault', 'disconnected', { details: { endpoint, forMs } });
  }

  #write(topic: TraceTopic, event: string, more: Pick<TraceRecord, 'messageId' | 'details'>): void {
    if (!this.#trace.wants(topic)) return;
    const timeMs = performance.timeOrigin + performance.now();
    this.#trace.write({ timeMs, cluster: this.#cluster, node: RELAY_ADDRESS, topic, event, ...more });
  }
}
