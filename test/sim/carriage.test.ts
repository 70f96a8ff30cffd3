import t from 'tap';
import { peerId } from '../../shared/ids.ts';
import type { AppendEntries } from '../../shared/messages/AppendEntries.ts';
import type { EndpointMessage } from '../../shared/protocol.ts';
import { seededRandom } from '../../shared/random.ts';
import type { Carriage } from '../../sim/carriage.ts';
import { SimulatedNetwork } from '../../sim/Network.ts';
import { VirtualClock } from '../../sim/VirtualClock.ts';
import { appendEntries, entriesOf, requestVote } from '../support/raftMessages.ts';

const [p1, p2] = [peerId('p1'), peerId('p2')];

/** Sends it. @returns what arrives */
function through(carriage: Carriage, message: EndpointMessage): EndpointMessage[] {
  const clock = new VirtualClock();
  const network = new SimulatedNetwork(clock, seededRandom(1));
  network.options = { ...network.options, duplicateRate: 1 };
  network.carriage = carriage;
  const arrived: EndpointMessage[] = [];
  network.attach(p2, (_, __, copy) => arrived.push(copy));
  network.send(p1, p2, 7, message);
  clock.advance(1000);
  return arrived;
}

t.test('as text each copy is another object of the same content', async (t) => {
  const message = appendEntries(3, { entries: entriesOf(1, 2) });
  const [first, second] = through('text', message);
  t.same(first, message);
  t.same(second, message);
  t.not(first?.body, message.body);
  t.not(first?.body, second?.body);
  t.equal(through('asIs', message)[0]?.body, message.body);
});

t.test('a message that no receiver would take fails the run', async (t) => {
  const wrong = requestVote(1);
  const body = { ...wrong.body, lastLogIndex: -1 };
  t.throws(() => through('text', { ...wrong, body }), /p1 sends a RequestVote that nobody may read: .*lastLogIndex/);
});

t.test('whoever changes what was sent, or what it received, fails', async (t) => {
  const message = appendEntries(3, { entries: entriesOf(1, 2) });
  const [arrived] = through('frozen', message);
  const { entries } = arrived?.body as AppendEntries;
  t.throws(() => (entries as unknown[]).pop(), TypeError);
  t.throws(() => Object.assign(entries[0] ?? {}, { term: 9 }), TypeError);
  t.throws(() => Object.assign(message.body, { term: 9 }), TypeError);
});
