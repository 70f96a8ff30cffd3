import t from 'tap';
import { reachOf } from '../../server/dashboard/src/model/groups.ts';
import { headlineOf } from '../../server/dashboard/src/model/headline.ts';
import { reduce } from '../../server/dashboard/src/model/reduce.ts';
import { peerId } from '../../shared/ids.ts';
import { leaderStatus } from './support/statuses.ts';
import { deltaOf, snapshotOf, viewOf } from './support/views.ts';

const [p1, p2, http] = ['p1', 'p2', 'http'].map(peerId) as [ReturnType<typeof peerId>, ReturnType<typeof peerId>, ReturnType<typeof peerId>];
const client = viewOf(http, null, { kind: 'client' });

t.test('clients stand apart from peers, from the first message and in later ones', async (t) => {
  const picture = reduce(null, snapshotOf([client, viewOf(p1, null)]), 0);
  t.same(picture?.peers.map(({ view }) => view.id), ['p1']);
  t.same(picture?.clients.map(({ view }) => view.id), ['http']);
  const later = reduce(picture, deltaOf({ peers: [viewOf(http, null), viewOf(p2, null, { kind: 'client' })] }), 1);
  t.same(later?.peers.map(({ view }) => view.id), ['http', 'p1'], 'a peer that takes the name of a client is a peer');
  t.same(later?.clients.map(({ view }) => view.id), ['p2']);
});

t.test('a client that is connected is no peer that is', async (t) => {
  const picture = reduce(null, snapshotOf([client, viewOf(p1, null, { connected: false })]), 0);
  if (picture === null) throw new Error('no picture');
  t.equal(headlineOf(picture).detail, 'no peer is connected');
  t.ok(leaderStatus, 'statuses are those of peers');
});

t.test('whom a client reaches', async (t) => {
  const peers = [p1, p2];
  t.same(reachOf(null, http, peers), peers);
  t.same(reachOf({ groups: [[p1], [p2]] }, http, peers), peers, 'nobody named it');
  t.same(reachOf({ groups: [[p1, http], [p2]] }, http, peers), [p1]);
  t.same(reachOf({ groups: [[http], [p1, p2]] }, http, peers), []);
});
