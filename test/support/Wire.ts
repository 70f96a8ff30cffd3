import { voteGranted } from './raftMessages.ts';
import { ScriptedRaft, type ScriptedRaftOptions } from './scriptedRaft.ts';

/** Scripted cores and what they send each other, delivered when the test says so. */
export class Wire {
  readonly #peers: ReadonlyMap<string, ScriptedRaft>;

  constructor(names: readonly string[], optionsOf: (name: string) => ScriptedRaftOptions) {
    this.#peers = new Map(names.map((name) => [name, new ScriptedRaft({ ...optionsOf(name), id: name })]));
  }

  peer(name: string): ScriptedRaft {
    const peer = this.#peers.get(name);
    if (peer === undefined) throw new Error(`there is no ${name}`);
    return peer;
  }

  /** Lets a peer stand, and the electorate vote; nobody else hears of it. */
  elect(name: string, electorate: readonly string[] = [...this.#peers.keys()]): void {
    const candidate = this.peer(name);
    for (let rounds = 0; candidate.role !== 'leader'; rounds += 1) {
      if (rounds === 20) throw new Error(`${name} is not elected`);
      candidate.reachDeadline();
      const requests = candidate.takeSent();
      for (const { to, id, message } of requests) {
        if (!electorate.includes(to)) continue;
        this.peer(to).receive(name, message, id);
        const granted = this.peer(to)
          .bodiesSent('RequestVoteReply', name)
          .some(({ voteGranted: isGranted, term }) => isGranted && term === candidate.term);
        this.peer(to).takeSent();
        if (granted && candidate.role === 'candidate')
          candidate.receive(to, voteGranted(candidate.term, { inReplyTo: id }));
      }
    }
  }

  /** Delivers what was sent among the named, and what is sent because of that, until nothing is. The rest is lost. */
  deliverAll(among: readonly string[] = [...this.#peers.keys()]): void {
    for (let rounds = 0; rounds < 1000; rounds += 1) {
      const sent = among.flatMap((from) =>
        this.peer(from)
          .takeSent()
          .map((send) => ({ from, ...send })),
      );
      if (sent.length === 0) return;
      for (const { from, to, id, message } of sent) if (among.includes(to)) this.peer(to).receive(from, message, id);
    }
    throw new Error('it never comes to rest');
  }

  /** Delivers so many messages, the oldest of the first sender first. @returns how many there were */
  deliver(count: number): number {
    for (let delivered = 0; delivered < count; delivered += 1) {
      const sender = [...this.#peers.values()].find(({ sent }) => sent.length > 0);
      const send = sender?.sent.shift();
      if (sender === undefined || send === undefined) return delivered;
      this.peer(send.to).receive(sender.id, send.message, send.id);
    }
    return count;
  }

  /** What a peer sent last may have left; it does nothing any more. */
  crash(name: string): void {
    this.peer(name).takeSent();
  }

  /** Lets the one among the named whose deadline comes first reach it. */
  reachNextDeadline(among: readonly string[]): void {
    const peers = among.map((name) => this.peer(name));
    const next = peers.reduce((first, peer) => (peer.deadlineMs < first.deadlineMs ? peer : first));
    next.reachDeadline();
  }

  /** What waits to be delivered is lost. */
  drop(): void {
    for (const peer of this.#peers.values()) peer.takeSent();
  }
}
