import fc from 'fast-check';
import t from 'tap';
import { chosenCluster, clusterInHash } from '../../server/dashboard/src/model/chosenCluster.ts';
import {
  draftOf,
  groupName,
  groupsInForce,
  groupsOfDraft,
  groupsText,
  isCut,
  sameGroups,
} from '../../server/dashboard/src/model/groups.ts';
import { halves, isolated, majorityAndMinority, majorityOf } from '../../server/dashboard/src/model/shapes.ts';
import { clusterId, peerId, type PeerId } from '../../shared/ids.ts';

const ids = (text: string): PeerId[] => (text === '' ? [] : text.split(',').map(peerId));
const groups = (text: string): PeerId[][] => text.split('|').map(ids);
const FIVE = ids('p1,p2,p3,p4,p5');

t.test('the groups in force: those named, and one further of all that are not', async (t) => {
  const textOf = (partition: string, peers = FIVE): string =>
    groupsText(groupsInForce({ groups: groups(partition) }, peers));
  t.equal(groupsText(groupsInForce(null, FIVE)), 'p1,p2,p3,p4,p5');
  t.equal(textOf('p1,p2|p3,p4,p5'), 'p1,p2|p3,p4,p5');
  t.equal(textOf('p4'), 'p4|p1,p2,p3,p5');
  t.equal(textOf('p1,p9|p9'), 'p1|p2,p3,p4,p5', 'names that nobody has, and groups of them, are left out');
  t.strictSame(groupsInForce(null, []), []);
});

t.test('a link is cut between groups, and not within one', async (t) => {
  const inForce = groups('p1,p2|p3,p4,p5');
  const cut = (a: string, b: string): boolean => isCut(inForce, peerId(a), peerId(b));
  t.equal(cut('p1', 'p3'), true);
  t.equal(cut('p3', 'p1'), true);
  t.equal(cut('p3', 'p5'), false);
});

t.test('a draft begins as what is in force, and says which groups it would make', async (t) => {
  const draft = draftOf(groups('p1,p2|p3,p4,p5'));
  t.equal(groupsText(groupsOfDraft(draft, FIVE)), 'p1,p2|p3,p4,p5');
  const moved = new Map([...draft, [peerId('p1'), 2] as const]);
  t.equal(groupsText(groupsOfDraft(moved, FIVE)), 'p2|p3,p4,p5|p1');
  t.equal(groupsText(groupsOfDraft(new Map([[peerId('p3'), 1]]), FIVE)), 'p1,p2,p4,p5|p3', 'unnamed peers are in A');
});

t.test('two ways to write one partition are the same', async (t) => {
  t.equal(sameGroups(groups('p1,p2|p3'), groups('p3|p2,p1')), true);
  t.equal(sameGroups(groups('p1,p2|p3'), groups('p1|p2,p3')), false);
  t.equal(groupName(0) + groupName(25) + groupName(26), 'AZ27');
});

t.test('the leader alone, or nothing when there is none', async (t) => {
  t.equal(groupsText(isolated(peerId('p3'), FIVE) ?? []), 'p3|p1,p2,p4,p5');
  t.equal(isolated(null, FIVE), null);
  t.equal(isolated(peerId('p1'), ids('p1')), null, 'nobody to be cut from');
});

t.test('minority and majority: the leader in the largest group that cannot elect', async (t) => {
  t.equal(groupsText(majorityAndMinority(peerId('p5'), FIVE) ?? []), 'p1,p5|p2,p3,p4');
  t.equal(groupsText(majorityAndMinority(null, FIVE) ?? []), 'p1,p2|p3,p4,p5');
  t.equal(majorityAndMinority(peerId('p1'), ids('p1,p2')), null, 'two have no minority');
  const absent = new Set(ids('p4'));
  t.equal(
    groupsText(majorityAndMinority(peerId('p2'), FIVE, absent) ?? []),
    'p2,p4|p1,p3,p5',
    'who is away elects nobody',
  );
  t.equal(groupsText(majorityAndMinority(null, FIVE, new Set(ids('p1,p3,p4'))) ?? []), 'p1,p3|p2,p4,p5');
  fc.assert(
    fc.property(fc.integer({ min: 3, max: 9 }), fc.nat(8), (n, at) => {
      const peers = Array.from({ length: n }, (_, index) => peerId(`p${index + 1}`));
      const leader = peers[at % n] ?? null;
      const [minority, majority] = majorityAndMinority(leader, peers) ?? [];
      return (
        minority !== undefined &&
        majority !== undefined &&
        leader !== null &&
        minority.includes(leader) &&
        minority.length === n - majorityOf(n) &&
        majority.length === majorityOf(n)
      );
    }),
  );
});

t.test('halves: of an even number neither has a majority', async (t) => {
  t.equal(groupsText(halves(ids('p1,p2,p3,p4')) ?? []), 'p1,p2|p3,p4');
  t.equal(groupsText(halves(FIVE) ?? []), 'p1,p2|p3,p4,p5');
  t.equal(halves(ids('p1')), null);
});

t.test('which cluster is shown', async (t) => {
  const summary = (name: string, connected: number) => ({
    ...{ id: clusterId(name), leader: null, term: 0, peers: 5, connected, clients: 0, partitioned: false },
  });
  t.equal(chosenCluster(null, []), null);
  t.equal(chosenCluster(null, [summary('old', 0), summary('demo', 5)]), 'demo', 'one with peers on it');
  t.equal(chosenCluster(null, [summary('old', 0)]), 'old');
  t.equal(chosenCluster(clusterId('mine'), [summary('demo', 5)]), 'mine', 'the address bar has the last word');
  t.equal(clusterInHash('#demo'), 'demo');
  t.equal(clusterInHash(''), null);
  t.equal(clusterInHash('#<script>'), null);
});
