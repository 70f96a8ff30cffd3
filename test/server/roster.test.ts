import t from 'tap';
import { Roster } from '../../server/hub/Roster.ts';
import { peerId } from '../../shared/ids.ts';

const client = (nowMs: number) => ({ isEphemeral: true, nowMs });
const peer = (nowMs: number) => ({ isEphemeral: false, nowMs });

t.test('however many clients come, no peer is forgotten, and peers find room', async (t) => {
  const roster = new Roster(8);
  roster.learn([peerId('p1'), peerId('p2')], 0);
  const away = roster.get('p2');
  if (away === undefined) throw new Error('p2 is not known');
  away.refusedUntilMs = 1e6;
  for (let number = 0; number < 100; number += 1) roster.admit(peerId(`c${number}`), client(number));
  t.equal(roster.get('p2'), away, 'what an operator said of it holds');
  t.ok(roster.get('p1'));
  t.equal([...roster].filter(({ isEphemeral }) => isEphemeral).length, 6, 'three quarters of the places');
  roster.admit(peerId('p3'), peer(200));
  roster.admit(peerId('p4'), peer(201));
  t.same(
    ['p1', 'p2', 'p3', 'p4'].filter((id) => roster.get(id) === undefined),
    [],
    'for a peer a client is forgotten',
  );
});

t.test('of peers, one of whom an operator said something is forgotten last', async (t) => {
  const roster = new Roster(3);
  roster.learn([peerId('p1'), peerId('p2'), peerId('p3')], 0);
  for (const id of ['p1', 'p2']) {
    const endpoint = roster.get(id);
    if (endpoint !== undefined) endpoint.refusedUntilMs = 1e6;
  }
  roster.admit(peerId('p4'), peer(10));
  t.equal(roster.get('p3'), undefined);
  roster.admit(peerId('p5'), peer(2e6));
  t.equal(roster.get('p1'), undefined, 'what was said is over');
});
