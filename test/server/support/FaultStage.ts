import type { Test } from 'tap';
import { JournalLine } from '../../../shared/http/Journal.ts';
import { NetworkView, RuleView } from '../../../shared/http/Network.ts';
import { conforming } from './conforming.ts';
import { TestRelay } from './relay.ts';
import type { TestPeer } from './TestPeer.ts';

export const BASE = '/api/clusters/demo';

/** A relay with p1, p2 and p3, and how its faults are set over HTTP. */
export class FaultStage {
  readonly relay: TestRelay;
  readonly peers: readonly TestPeer[];

  constructor(relay: TestRelay, peers: readonly TestPeer[]) {
    this.relay = relay;
    this.peers = peers;
  }

  static async start(t: Test, options: Parameters<typeof TestRelay.start>[1] = {}): Promise<FaultStage> {
    const relay = await TestRelay.start(t, { seed: 'stage', ...options });
    return new FaultStage(relay, [await relay.dial('p1'), await relay.dial('p2'), await relay.dial('p3')]);
  }

  peer(number: 1 | 2 | 3): TestPeer {
    const peer = this.peers[number - 1];
    if (peer === undefined) throw new Error(`there is no p${number}`);
    return peer;
  }

  async put(path: string, body: unknown): Promise<unknown> {
    const answer = await this.relay.request('PUT', `${BASE}/${path}`, body);
    if (answer.status !== 200) throw new Error(`${path}: ${answer.text}`);
    return answer.body;
  }

  async rule(name: string, rule: Record<string, unknown>): Promise<RuleView> {
    return conforming(RuleView, await this.put(`rules/${name}`, rule));
  }

  async ruleView(name: string): Promise<RuleView> {
    return conforming(RuleView, (await this.relay.request('GET', `${BASE}/rules/${name}`)).body);
  }

  async network(): Promise<NetworkView> {
    return conforming(NetworkView, (await this.relay.request('GET', `${BASE}/network`)).body);
  }

  async remove(name: string, query = ''): Promise<void> {
    const { status, text } = await this.relay.request('DELETE', `${BASE}/rules/${name}${query}`);
    if (status !== 200) throw new Error(text);
  }

  /** p1 sends so many frames to p2, each with its number as the body; the relay has taken them all when this returns. */
  async send(count: number, from = this.peer(1), to = 'p2', type = 'RequestVote'): Promise<void> {
    for (let number = 1; number <= count; number += 1) from.send(type, to, number);
    await from.settled();
  }

  /** The numbers that arrived, in their order. */
  arrived(at = this.peer(2)): number[] {
    return at.frames.filter(({ from }) => from !== '@relay').map(({ body }) => body as number);
  }

  async arrives(count: number, at = this.peer(2)): Promise<number[]> {
    await this.relay.until(`${count} frames arrive`, () => this.arrived(at).length >= count);
    await at.settled();
    return this.arrived(at);
  }

  async journal(query = ''): Promise<JournalLine[]> {
    const { text, status, headers } = await this.relay.request('GET', `${BASE}/journal${query}`);
    if (status !== 200) throw new Error(text);
    if (headers.get('content-type') !== 'application/x-ndjson') throw new Error('the journal is no NDJSON');
    return text
      .trimEnd()
      .split('\n')
      .map((line) => conforming(JournalLine, JSON.parse(line)));
  }
}

export function upTo(count: number): number[] {
  return Array.from({ length: count }, (_, at) => at + 1);
}
