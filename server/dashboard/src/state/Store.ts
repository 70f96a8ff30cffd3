import type { ReadonlySignal, Signal } from '@preact/signals';
import type { RelayClient } from '../../../../client/RelayClient.ts';
import type { LiveFrames } from '../../../../shared/http/Frames.ts';
import type { NetworkView } from '../../../../shared/http/Network.ts';
import type { ClusterId } from '../../../../shared/ids.ts';
import type { PanelId } from '../components/panels.ts';
import type { Actions } from '../connection/actions/Actions.ts';
import type { FeedState } from '../connection/LiveFeed.ts';
import type { Rights } from '../connection/session.ts';
import type { ShellContext } from '../connection/shell.ts';
import type { Draft } from '../model/groups.ts';
import type { History } from '../model/history/History.ts';
import type { RecordingFacts } from '../model/history/recordingFormat.ts';
import type { Picture } from '../model/Picture.ts';
import type { Selection } from '../model/Selection.ts';
import type { TourState } from '../model/tours/TourState.ts';
import type { Tours } from './tours/Tours.ts';

/** What there is to know of one cluster, and to do to it. Made once a cluster; components get it by `useStore`. */
export interface Store {
  readonly cluster: ClusterId;
  /** Live or past: what every panel draws. Null before the first snapshot. */
  readonly picture: ReadonlySignal<Picture | null>;
  readonly live: ReadonlySignal<Picture | null>;
  readonly link: ReadonlySignal<LinkState>;
  /** Connects at once instead of waiting for the next attempt. */
  readonly retry: () => void;
  /**
   * The time that is drawn, on the relay's clock (Unix epoch, ms); live, 200 ms behind it, so that batches of frames join. For
   * animation: read in a frame, it signals nothing. NaN before the first message.
   */
  readonly shownAtMs: () => number;
  /**
   * The same moment on the clock of the picture's `receivedAtMs`: live, the page's own monotonic one. Ages are counted on to it,
   * in the past too, so that a timer that is looked at again runs as it ran.
   */
  readonly nowMs: () => number;
  readonly view: View;
  readonly history: History;
  readonly frames: FrameSource;
  /** Everything in force, asked for anew whenever the picture's `faults.epoch` changed; null before the first answer, and in the past. */
  readonly network: ReadonlySignal<NetworkView | null>;
  /** `looking`: a token that may only read, the past, a recording. No control is there but for `everything`. */
  readonly may: ReadonlySignal<Rights>;
  readonly actions: Actions;
  /** Null in a recording. */
  readonly tours: Tours | null;
  /** For what is no action, such as reading a key or a frame; null in a recording. */
  readonly client: RelayClient | null;
  /** How commands are written out. */
  readonly shell: ReadonlySignal<ShellContext>;
  /** One sentence to a screen reader. */
  readonly announce: (text: string) => void;
  /** The newest of these sentences. */
  readonly announced: ReadonlySignal<string>;
  /** What a recording says of itself; null when the cluster is followed live. */
  readonly recording: RecordingFacts | null;
  /** Everything that is kept, as one file that opens without a server. @throws {Error} in a sentence, when it cannot be made */
  readonly save: () => Promise<{ readonly name: string; readonly file: Blob }>;
}

/** Whether the feed stands, and how old the live picture is. */
export interface LinkState {
  readonly state: FeedState;
  /** When the picture was last known to be true, on the page's monotonic clock; null before the first. */
  readonly freshAtMs: number | null;
  readonly isStale: boolean;
}

/** What somebody chose to look at. Everyone may read and set it. */
export interface View {
  readonly mode: Signal<Mode>;
  readonly selected: Signal<Selection | null>;
  readonly hovered: Signal<Selection | null>;
  /** Chosen for the space-time diagram, on the relay's clock. */
  readonly range: Signal<{ readonly fromMs: number; readonly untilMs: number } | null>;
  readonly look: Signal<'desk' | 'projector'>;
  /** The panel at the side, and the one below; null when closed. */
  readonly side: Signal<PanelId | null>;
  readonly below: Signal<PanelId | null>;
  /** A partition being put together, by letters or by hand; null when there is none besides the one in force. */
  readonly draft: Signal<Draft | null>;
  /** What the hand on the ring is for. */
  readonly hand: Signal<Hand>;
  /** The guided tour that is on; null when none is. */
  readonly tour: Signal<TourState | null>;
}

/**
 * - `pointer`: selects; a drag on empty ground is a lasso, one of a peer takes it along
 * - `lasso`: the same for fingers too, which scroll otherwise
 * - `scissors`, `scissorsBoth`: cut one direction of a link, or both
 * - `group`: the next letter is the group of the selected peer
 */
export type Hand = 'pointer' | 'lasso' | 'scissors' | 'scissorsBoth' | 'group';

export type Mode =
  | { readonly kind: 'live' }
  /** On the relay's clock; `speed` 1 is as it happened. */
  | { readonly kind: 'past'; readonly atMs: number; readonly speed: number; readonly isPlaying: boolean };

/** Frames as the time that is drawn passes them: live as they arrive, in the past as the history has them. */
export interface FrameSource {
  /**
   * `jumped`: the time went somewhere else, so what flies is to be forgotten; `history.framesIn` tells what flew there.
   * @returns ends it
   */
  onFrames(listener: (news: LiveFrames | 'jumped') => void): () => void;
}
