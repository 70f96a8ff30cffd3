import type { PeerId } from '../../../../../shared/ids.ts';
import { healAction, isolateAction, partitionAction } from '../../connection/actions/networkActions.ts';
import type { Draft, Groups } from '../../model/groups.ts';
import type { Picture } from '../../model/Picture.ts';
import { halves, isolated, majorityAndMinority } from '../../model/shapes.ts';
import { ActionButton } from '../ActionButton.tsx';
import { GroupEditor } from './GroupEditor.tsx';

interface ControlsProps {
  readonly picture: Picture;
  readonly inForce: Groups;
  readonly draft: Draft;
  readonly draftGroups: Groups;
  /** Whether the draft differs from what is in force. */
  readonly isChanged: boolean;
  /** How many groups can be chosen. */
  readonly letters: number;
  readonly onPut: (peer: PeerId, group: number) => void;
  readonly onReset: () => void;
}

/** What breaks the network, and what makes it whole. */
export function Controls(props: ControlsProps) {
  const { picture, draft, draftGroups, isChanged, letters, onPut, onReset } = props;
  const ids = picture.peers.map(({ view }) => view.id);
  const canApply = isChanged && draftGroups.length > 1;
  return (
    <section class="card controls" aria-labelledby="controls-title">
      <h2 id="controls-title">Break it</h2>
      <Shapes picture={picture} />
      <GroupEditor {...{ ids, draft, letters, onPut }} />
      <div class="row">
        <ActionButton
          class="primary"
          action={canApply ? partitionAction(draftGroups) : null}
          title="Frames between different groups are dropped from now on"
        >
          Apply partition
        </ActionButton>
        <button type="button" disabled={!isChanged} onClick={onReset}>
          Undo choice
        </button>
        <ActionButton class="heal" action={healAction()} title="No partition, and nobody is refused">
          Heal
        </ActionButton>
      </div>
      <p class="hint">{hintOf(props, ids.length)}</p>
    </section>
  );
}

function Shapes({ picture }: { readonly picture: Picture }) {
  const ids = picture.peers.map(({ view }) => view.id);
  const alone = isolated(picture.leader, ids);
  const isolate = picture.leader === null || alone === null ? null : isolateAction(picture.leader, alone);
  const absent = new Set(picture.peers.filter(({ view }) => !view.connected).map(({ view }) => view.id));
  const minority = majorityAndMinority(picture.leader, ids, absent);
  const half = halves(ids);
  return (
    <div class="row shapes">
      <ActionButton
        action={isolate}
        title={isolate === null ? 'There is no leader to isolate' : 'The leader on its own, all others together'}
      >
        Isolate leader
      </ActionButton>
      <ActionButton
        action={minority === null ? null : partitionAction(minority)}
        title="The leader in the smaller group: the larger one elects another"
      >
        Minority | majority
      </ActionButton>
      <ActionButton
        action={half === null ? null : partitionAction(half)}
        title="The first half against the second; of an even number neither side can elect a leader"
      >
        Halves
      </ActionButton>
    </div>
  );
}

function hintOf({ isChanged, draftGroups, inForce }: ControlsProps, peers: number): string {
  if (peers < 2) return 'A network of one cannot be divided.';
  if (!isChanged) {
    return inForce.length > 1
      ? 'Frames between groups are dropped until you heal.'
      : 'Choose the groups of peers here.';
  }
  return draftGroups.length > 1 ? 'Chosen, not yet applied.' : 'Put one peer into another group, or heal.';
}
