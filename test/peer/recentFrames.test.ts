import t from 'tap';
import { RecentFrames } from '../../peer/replica/RecentFrames.ts';
import { peerId } from '../../shared/ids.ts';

const [C1, C2] = [peerId('c1'), peerId('c2')];

t.test('a frame is told from its doubles, as long as fewer than 100,000 others came between', async (t) => {
  const frames = new RecentFrames();
  t.equal(frames.isNew(C1, 7), true);
  t.equal(frames.isNew(C1, 7), false);
  t.equal(frames.isNew(C2, 7), true, 'another client has numbers of its own');
  for (let id = 1000; id < 100_998; id += 1) frames.isNew(C2, id);
  t.equal(frames.isNew(C1, 7), false, 'after 99,998 others');
  frames.isNew(C2, 200_000);
  t.equal(frames.isNew(C1, 7), true, 'forgotten after 100,000');
  t.equal(frames.isNew(C1, 7), false);
});
