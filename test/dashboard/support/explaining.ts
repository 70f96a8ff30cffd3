import type { Picture } from '../../../server/dashboard/src/model/Picture.ts';
import { reduce } from '../../../server/dashboard/src/model/reduce.ts';
import type { Explanation, Reason } from '../../../server/dashboard/src/model/why/Explanation.ts';
import type { Facts } from '../../../server/dashboard/src/model/why/Facts.ts';
import { KeptTrail } from '../../../server/dashboard/src/model/why/KeptTrail.ts';
import { NO_TRAIL } from '../../../server/dashboard/src/model/why/Trail.ts';
import type { ClusterView, PeerView } from '../../../shared/http/ClusterView.ts';
import type { SampledMessage } from '../../../shared/http/Live.ts';
import type { NetworkView } from '../../../shared/http/Network.ts';
import type { Rule } from '../../../shared/http/Rule.ts';
import type { PeerId } from '../../../shared/ids.ts';
import type { Status } from '../../../shared/messages/Status.ts';
import { FEED_FROM_MS } from './feeds.ts';
import { IDS, statusOf } from './statuses.ts';
import { deltaOf, pictureOf, snapshotOf, viewOf } from './views.ts';

const [P1, P2] = IDS as readonly [PeerId, PeerId];

export function factsOf(
  views: PeerView[],
  changes: Partial<ClusterView> = {},
  network: NetworkView | null = null,
): Facts {
  const picture = pictureOf(snapshotOf(views, changes));
  return { picture, nowMs: picture.receivedAtMs, network, trail: NO_TRAIL };
}

export function viewsOf(...statuses: readonly (Status | 'away')[]): PeerView[] {
  return statuses.map((status, at) => {
    const id = IDS[at] ?? P1;
    return status === 'away' ? viewOf(id, statusOf(), { connected: false }) : viewOf(id, status);
  });
}

export function networkOf(rules: Readonly<Record<string, Rule>>): NetworkView {
  const views = Object.entries(rules).map(([name, rule]) => ({
    ...{ name, rule, ofProfile: false, sinceEpoch: 1, ageMs: 100, matched: 0 },
    hits: {} as NetworkView['rules'][number]['hits'],
  }));
  return { epoch: 1, seed: 's', profile: { name: 'reliable' }, partition: null, rules: views, delayed: 0, held: 0 };
}

/** Every sentence of an answer with its section, one a line, indented by depth. */
export function told({ answer, reasons }: Explanation): string {
  const line = (depth: number, { text, rule, because }: Reason): string[] => [
    `${'  '.repeat(depth)}${text}${rule?.paper == null ? '' : ` [${rule.paper}]`}`,
    ...because.flatMap((one) => line(depth + 1, one)),
  ];
  return [answer, ...reasons.flatMap((one) => line(1, one))].join('\n');
}

export const log = (terms: readonly number[], changes: Partial<Status> = {}): Partial<Status> => ({
  terms: terms.flatMap((term, at) => (terms[at - 1] === term ? [] : [{ term, firstIndex: at + 1 }])),
  ...{ lastLogIndex: terms.length, lastLogTerm: terms.at(-1) ?? 0, durableIndex: terms.length },
  ...changes,
});

export const matching = (matched: Readonly<Record<string, number>>, heardMsAgo = 10): NonNullable<Status['progress']> =>
  Object.entries(matched).map(([peer, matchIndex]) => ({
    ...{ peer: peer as PeerId, mode: 'replicate' as const, nextIndex: matchIndex + 1, matchIndex, heardMsAgo },
  }));

/** What is known after a feed has been followed up to a time. */
export function after(
  feed: readonly { readonly receivedAtMs: number; readonly message: SampledMessage }[],
  untilMs = Infinity,
): Facts {
  const trail = new KeptTrail();
  let picture: Picture | null = null;
  for (const { message, receivedAtMs } of feed) {
    if (message.timeMs > untilMs) break;
    const before: Picture | null = picture;
    if (message.type !== 'frames') picture = reduce(picture, message, receivedAtMs);
    if (picture !== null) trail.watch(message, picture, before);
  }
  if (picture === null) throw new Error('a feed begins with a snapshot');
  return { picture, nowMs: picture.receivedAtMs, network: null, trail };
}

/** A feed of these statuses of p1 and p2, a second apart. */
export function feedOf(...moments: readonly (readonly [Status, Status])[]): Facts {
  const messages = moments.map(([one, two], at): { receivedAtMs: number; message: SampledMessage } => {
    const leader = [one, two].findIndex(({ role }) => role === 'leader');
    const about = { leader: IDS[leader] ?? null, term: Math.max(one.term, two.term) };
    const timeMs = FEED_FROM_MS + at * 1000;
    const views = [viewOf(P1, one), viewOf(P2, two)];
    const message = at === 0 ? { ...snapshotOf(views, about), timeMs } : deltaOf({ ...about, timeMs, peers: views });
    return { receivedAtMs: at * 1000, message };
  });
  return after(messages);
}
