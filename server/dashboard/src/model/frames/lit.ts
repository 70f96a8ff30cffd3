import type { FrameSample } from '../../../../../shared/http/Frames.ts';
import type { PeerId } from '../../../../../shared/ids.ts';
import { linkKey } from '../linkRate.ts';
import type { Selection } from '../Selection.ts';

export interface Lit {
  readonly peers: ReadonlySet<PeerId>;
  /** By `linkKey`. */
  readonly links: ReadonlySet<string>;
}

const NOTHING: Lit = { peers: new Set(), links: new Set() };

/** What lights up on the ring. @param frame of a selection of that kind, when it is known */
export function litBy(selection: Selection | null, frame: FrameSample | null): Lit {
  switch (selection?.kind) {
    case undefined:
      return NOTHING;
    case 'peer':
      return { peers: new Set([selection.id]), links: new Set() };
    case 'link':
      return linkLit(selection.from, selection.to);
    case 'frame':
      return frame === null ? NOTHING : linkLit(frame.from, frame.to);
    case 'entry':
      return { peers: new Set([selection.peer]), links: new Set() };
    case 'event':
      return selection.peer === null ? NOTHING : { peers: new Set([selection.peer]), links: new Set() };
    case 'question': {
      const { question } = selection;
      if (question.ask === 'refused') {
        return { peers: new Set([question.voter, question.candidate]), links: new Set() };
      }
      return 'peer' in question ? { peers: new Set([question.peer]), links: new Set() } : NOTHING;
    }
  }
}

function linkLit(from: PeerId, to: PeerId): Lit {
  return { peers: new Set(), links: new Set([linkKey(from, to)]) };
}
