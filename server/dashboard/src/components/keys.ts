import type { PeerId } from '../../../../shared/ids.ts';
import { healAction } from '../connection/actions/networkActions.ts';
import { BREAK_KEYS } from './break/breakKeys.ts';
import { pressPeer } from './break/pressPeer.ts';
import { preferences } from '../state/preferences.ts';
import type { Store } from '../state/Store.ts';
import { backToLive, changeSpeed, playOrPause, step } from '../state/view.ts';
import { selectNewestFrame } from './details/selectNewestFrame.ts';
import { togglePanel, PANELS } from './panels.ts';

/** One line of the keyboard map. */
export interface KeyBinding {
  /** As help names it: "H", "Shift+U", "1 to 9". */
  readonly label: string;
  /** Values of `KeyboardEvent.key`, lower case. */
  readonly keys: readonly string[];
  /** Default: without. */
  readonly shift?: boolean;
  readonly ctrl?: boolean;
  /** A letter alone, which can be switched off. */
  readonly isLetter: boolean;
  /** What it does, as help says it. */
  readonly does: string;
  /** Whether it does something to the cluster: help leaves it out where one may only look. */
  readonly isDeed?: boolean;
  /** Gives 'notMine' where the key keeps its meaning in the browser; whatever else it gives is not looked at. */
  readonly run: (store: Store, event: KeyboardEvent) => unknown;
}

const PEER_DIGITS = ['1', '2', '3', '4', '5', '6', '7', '8', '9'] as const;

/** Short cuts of the page's frame; each piece adds its own, a line each. Panels bring theirs in `panels.ts`. */
const KEYS: readonly KeyBinding[] = [
  {
    label: 'Space',
    keys: [' '],
    isLetter: false,
    does: 'play or pause; in a tour, the next step',
    run: (store) => goOn(store),
  },
  {
    label: 'left',
    keys: ['arrowleft'],
    isLetter: false,
    does: 'on the scale: back 1 s, with Shift 10 s',
    run: notMine,
  },
  {
    label: 'right',
    keys: ['arrowright'],
    isLetter: false,
    does: 'on the scale: on 1 s, with Shift 10 s',
    run: notMine,
  },
  { label: ',', keys: [','], isLetter: true, does: 'back 0.1 s', run: (store) => step(store, -100) },
  { label: '.', keys: ['.'], isLetter: true, does: 'on 0.1 s', run: (store) => step(store, 100) },
  { label: 'L', keys: ['l'], isLetter: true, does: 'back to live', run: (store) => backToLive(store) },
  { label: '[', keys: ['['], isLetter: true, does: 'slower', run: (store) => changeSpeed(store, -1) },
  { label: ']', keys: [']'], isLetter: true, does: 'faster', run: (store) => changeSpeed(store, 1) },
  { label: '1 to 9', keys: PEER_DIGITS, isLetter: true, does: 'selects that peer', run: selectPeer },
  {
    label: 'F',
    keys: ['f'],
    isLetter: true,
    does: 'the newest frame, of the selected peer or link',
    run: (store) => void selectNewestFrame(store),
  },
  { label: 'arrows', keys: [], isLetter: false, does: 'on a peer: the next one; Enter selects it', run: notMine },
  deed('H', 'heals the network', (store) => void store.actions.run(healAction())),
  deed('U', 'undoes the last deed', (store) => void store.actions.undo()),
  { ...deed('U', 'does it again', (store) => void store.actions.redo()), label: 'Shift+U', shift: true },
  ...BREAK_KEYS,
  { label: 'P', keys: ['p'], isLetter: true, does: 'projector: large, and only what a room should see', run: project },
  { label: '?', keys: ['?'], isLetter: true, does: 'this help', run: () => void (preferences.isHelpOpen.value = true) },
  { label: 'Esc', keys: ['escape'], isLetter: false, does: 'leaves what is open', run: leave },
];

/** The whole keyboard map, in the order of help. */
export function allKeys(): readonly KeyBinding[] {
  return [...KEYS, ...PANELS.map(panelKey)];
}

export function boundTo({ key, shiftKey, ctrlKey }: KeyboardEvent): KeyBinding | undefined {
  const pressed = key.toLowerCase();
  // Signs such as ? need Shift on some keyboards and none on others.
  const isSign = pressed.length === 1 && !/[a-z0-9 ]/.test(pressed);
  return allKeys().find(
    ({ keys, shift = false, ctrl = false }) =>
      keys.includes(pressed) && ctrl === ctrlKey && (isSign || shift === shiftKey),
  );
}

function panelKey(panel: (typeof PANELS)[number]): KeyBinding {
  const key = panel.key.toLowerCase();
  const does = `opens or closes ${panel.title}`;
  return { label: panel.key, keys: [key], isLetter: true, does, run: ({ view }) => togglePanel(view, panel) };
}

/** Where one may only look it does nothing. */
function deed(letter: string, does: string, act: (store: Store) => void): KeyBinding {
  const run: KeyBinding['run'] = (store) => {
    if (store.may.peek() === 'everything') act(store);
  };
  return { label: letter, keys: [letter.toLowerCase()], isLetter: true, does, isDeed: true, run };
}

/** The scale takes them itself; here they only stand in help. */
function notMine(): 'notMine' {
  return 'notMine';
}

function selectPeer(store: Store, { key }: KeyboardEvent): void {
  const id: PeerId | undefined = store.picture.peek()?.peers[Number(key) - 1]?.view.id;
  if (id !== undefined) pressPeer(store, id, () => (store.view.selected.value = { kind: 'peer', id }));
}

/** A tour that waits for nothing goes on; while it is on, live is not left by a slip. */
function goOn(store: Store): void {
  if (store.view.tour.peek() === null || store.view.mode.peek().kind === 'past') playOrPause(store);
  else store.tours?.next();
}

function project({ view }: Store): void {
  view.look.value = view.look.peek() === 'projector' ? 'desk' : 'projector';
}

/** One thing at a time, the newest first. */
function leave({ view }: Store): 'notMine' | undefined {
  if (view.hand.peek() !== 'pointer') view.hand.value = 'pointer';
  else if (view.draft.peek() !== null) view.draft.value = null;
  else if (view.selected.peek() !== null) view.selected.value = null;
  else if (view.range.peek() !== null) view.range.value = null;
  else if (view.look.peek() === 'projector') view.look.value = 'desk';
  else return 'notMine';
  return undefined;
}
