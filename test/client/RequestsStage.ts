import type { ClusterTransport } from '../../client/ClusterTransport.ts';
import type { Request } from '../../client/Pending.ts';
import { Requests } from '../../client/Requests.ts';
import type { ClientHandlers } from '../../endpoint/ports/Transport.ts';
import type { ErrorCode } from '../../shared/errors.ts';
import { peerId, type PeerId } from '../../shared/ids.ts';
import type { Operation } from '../../shared/messages/ClientRequest.ts';
import type { EndpointMessage } from '../../shared/protocol.ts';
import { VirtualClock } from '../../sim/VirtualClock.ts';

export const [P1, P2, P3] = ['p1', 'p2', 'p3'].map(peerId) as [PeerId, PeerId, PeerId];

export const COMMAND: Operation = { type: 'command', command: null };
export const QUERY: Operation = { type: 'query', query: null, consistency: 'linearizable' };
export const STALE: Operation = { type: 'query', query: null, consistency: 'stale' };
export const CHANGE: Operation = { type: 'changeMembers', change: { voters: [], learners: [], removed: [] } };

/** The process of a peer that was never started again. */
const firstOf = (peer: PeerId): string => `${peer}, first`;

export interface Sent {
  readonly to: PeerId;
  readonly instance: string;
  readonly requestId: number;
  readonly timeoutMs: number;
}

/** A client's requests in virtual time, whose network is the test. */
export class RequestsStage {
  readonly clock = new VirtualClock();
  readonly sent: Sent[] = [];
  /** Of peers that were started again, the process that the relay knows. */
  readonly instances = new Map<PeerId, string>();
  lookUps = 0;
  readonly requests: Requests;
  #handlers: ClientHandlers | undefined;

  constructor() {
    const transport: ClusterTransport = {
      start: (handlers) => void (this.#handlers = handlers),
      send: (to, _id, message) => this.#carry(to, message),
      lookUp: () => {
        this.lookUps += 1;
        return true;
      },
      stop: () => Promise.resolve(),
    };
    this.requests = new Requests(transport, this.clock);
  }

  get handlers(): ClientHandlers {
    if (this.#handlers === undefined) throw new Error('not started');
    return this.#handlers;
  }

  /** Connected, with a relay that knows these. */
  connect(leader: PeerId | null, peers = [P1, P2, P3]): void {
    this.handlers.onConnected(true);
    this.directory(peers, leader);
  }

  /** What the relay answers, whether it was asked or not. */
  directory(peers: readonly PeerId[], leader: PeerId | null): void {
    const listed = peers.map((id) => ({ id, instance: this.instances.get(id) ?? firstOf(id) }));
    this.handlers.onDirectory({ peers: listed, leader });
  }

  /** @returns the promise of its answer; it counts as heard */
  ask(
    options: Partial<Pick<Request, 'to' | 'hasEffect' | 'timeoutMs'>> = {},
    asked: Operation = COMMAND,
  ): Promise<unknown> {
    const answer = new Promise((resolve, reject) => {
      const request = {
        operation: () => asked,
        to: undefined,
        characters: 60,
        hasEffect: true,
        timeoutMs: 10_000,
        ...options,
        resolve,
        reject,
      };
      this.requests.add(request);
    });
    answer.catch(() => undefined);
    return answer;
  }

  /** What was sent since the last call, once everybody had a turn. */
  async takeSent(): Promise<Sent[]> {
    await Promise.resolve();
    this.clock.advance(0);
    await Promise.resolve();
    return this.sent.splice(0);
  }

  answer({ to, requestId }: Sent, value: unknown = null): void {
    this.handlers.onMessage(to, 1, { type: 'ClientReply', body: { replies: [{ requestId, ok: true, value }] } });
  }

  refuse({ to, requestId }: Sent, code: ErrorCode, leader: PeerId | null = null): void {
    const reply = { requestId, ok: false, code, message: code, leader } as const;
    this.handlers.onMessage(to, 1, { type: 'ClientReply', body: { replies: [reply] } });
  }

  #carry(to: PeerId, message: EndpointMessage): boolean {
    if (message.type !== 'ClientRequest') throw new Error(`a client sent ${message.type}`);
    const { instance, requests } = message.body;
    for (const { requestId, timeoutMs } of requests) this.sent.push({ to, instance, requestId, timeoutMs });
    return true;
  }
}

export function one(sent: readonly Sent[]): Sent {
  const [first] = sent;
  if (first === undefined || sent.length > 1) throw new Error(`${sent.length} requests were sent`);
  return first;
}
