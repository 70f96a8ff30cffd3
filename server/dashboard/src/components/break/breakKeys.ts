import type { ProcessAction } from '../../../../../shared/http/Processes.ts';
import type { PeerId } from '../../../../../shared/ids.ts';
import { partitionAction } from '../../connection/actions/networkActions.ts';
import { processAction, timeoutAction } from '../../connection/actions/peerActions.ts';
import { asDraft, draftOf, groupName, groupsInForce, groupsOfDraft } from '../../model/groups.ts';
import type { Hand, Store } from '../../state/Store.ts';
import type { KeyBinding } from '../keys.ts';
import { isFit } from './ProcessButtons.tsx';

/** What is done to the selected peer and with the hand on the ring; where one may only look, nothing. */
export const BREAK_KEYS: readonly KeyBinding[] = [
  letter(
    'X',
    'scissors: then a peer cuts the link from the selected one, a click on a link cuts that direction',
    take('scissors'),
  ),
  { ...letter('X', 'scissors for both directions', take('scissorsBoth')), label: 'Shift+X', shift: true },
  letter('G', 'then A to I: the group of the selected peer, not yet applied', take('group')),
  {
    ...{ label: 'Ctrl+Enter', keys: ['enter'], ctrl: true, isLetter: false, isDeed: true },
    ...{ does: 'applies the groups that are chosen', run: applyDraft },
  },
  letter('K', 'kills the process of the selected peer', ofProcess('kill')),
  letter('S', 'stops it, or starts it again', ofProcess('stop', 'start')),
  letter('R', 'restarts it', ofProcess('restart')),
  letter('Z', 'pauses it, or lets it go on', ofProcess('pause', 'resume')),
  letter('E', 'its election timer runs out', (store) => {
    const id = selectedPeer(store);
    if (id !== null) void store.actions.run(timeoutAction(id));
  }),
];

/** What a key means while the hand waits for one; undefined: what it means else. */
export function handKey(store: Store, { key, ctrlKey }: KeyboardEvent): KeyBinding | undefined {
  const { view } = store;
  if (view.hand.peek() !== 'group' || ctrlKey) return undefined;
  const group = 'abcdefghi'.indexOf(key.toLowerCase());
  if (key.length !== 1 || group === -1) return undefined;
  return letter('A to I', 'the group of the selected peer', () => {
    view.hand.value = 'pointer';
    putSelected(store, group);
  });
}

function letter(label: string, does: string, act: (store: Store) => void): KeyBinding {
  const run: KeyBinding['run'] = (store) => {
    if (store.may.peek() === 'everything') act(store);
  };
  return { label, keys: [label.toLowerCase()], isLetter: true, isDeed: true, does, run };
}

/** The same key again puts it down. */
function take(hand: Hand): (store: Store) => void {
  return ({ view, announce }) => {
    view.hand.value = view.hand.peek() === hand ? 'pointer' : hand;
    const needsPeer = view.selected.peek()?.kind === 'peer' ? '' : '; select a peer first';
    announce(view.hand.peek() === 'pointer' ? 'Put down' : `${HAND_WORDS[hand]}${needsPeer}`);
  };
}

export const HAND_WORDS: Readonly<Record<Hand, string>> = {
  pointer: '',
  lasso: 'Lasso: draw around the peers that are to be apart, or drag one away from the others',
  scissors: 'Scissors: click the half of a link that is to be cut, or press the peer to which the selected one is cut',
  scissorsBoth: 'Scissors for both directions: click a link, or press the other peer',
  group: 'A letter from A to I is the group of the selected peer',
};

function selectedPeer({ view }: Store): PeerId | null {
  const selected = view.selected.peek();
  return selected?.kind === 'peer' ? selected.id : null;
}

/** The first of these that fits what the process is doing. */
function ofProcess(...actions: readonly ProcessAction[]): (store: Store) => void {
  return (store) => {
    const id = selectedPeer(store);
    const process = store.picture.peek()?.processes?.processes.find((known) => known.id === id);
    if (id === null) store.announce('Select a peer first');
    else if (process === undefined) store.announce(`The process of ${id} is not owned by whitewater up`);
    else {
      const action = actions.find((one) => isFit(one, process.state));
      if (action !== undefined) void store.actions.run(processAction(id, action));
    }
  };
}

function putSelected(store: Store, group: number): void {
  const id = selectedPeer(store);
  const picture = store.picture.peek();
  if (id === null || picture === null) {
    store.announce('Select a peer first');
    return;
  }
  const ids = picture.peers.map(({ view }) => view.id);
  const inForce = groupsInForce(picture.partition, ids);
  const from = store.view.draft.peek() ?? draftOf(inForce);
  store.view.draft.value = asDraft(new Map([...from, [id, group]]), inForce);
  store.announce(`${id} in group ${groupName(group)}, not yet applied`);
}

function applyDraft({ view, picture, actions, may }: Store): void {
  const draft = view.draft.peek();
  if (draft === null || may.peek() !== 'everything') return;
  const groups = groupsOfDraft(draft, picture.peek()?.peers.map((peer) => peer.view.id) ?? []);
  if (groups.length > 1) void actions.run(partitionAction(groups));
}
