import { useState } from 'preact/hooks';
import {
  isolateAction,
  partitionAction,
  reconnectAction,
  shapeAction,
} from '../../connection/actions/networkActions.ts';
import { usePartition } from '../../hooks/usePartition.ts';
import type { Picture } from '../../model/Picture.ts';
import { halves, isolated, majorityAndMinority } from '../../model/shapes.ts';
import { ActionButton } from '../ActionButton.tsx';
import { GroupEditor } from './GroupEditor.tsx';
import { Part } from './Part.tsx';

/** Who can talk to whom: by a shape, or peer by peer. */
export function PartitionPart({ picture }: { readonly picture: Picture }) {
  const { inForce, draft, draftGroups, isChanged, letters, put, reset } = usePartition();
  const ids = picture.peers.map(({ view }) => view.id);
  const canApply = isChanged && draftGroups.length > 1;
  return (
    <Part title="Partition" says={picture.partition === null ? 'none' : (picture.partition.shape ?? 'in force')}>
      <Shapes picture={picture} />
      <FurtherShapes picture={picture} />
      <GroupEditor {...{ ids, draft, letters }} onPut={(peer, group) => put(peer, () => group)} />
      <div class="row">
        <ActionButton
          class="primary"
          action={canApply ? partitionAction(draftGroups) : null}
          title="Frames between different groups are dropped from now on (Ctrl+Enter)"
        >
          Apply partition
        </ActionButton>
        <button type="button" disabled={!isChanged} title="Back to the groups in force (Esc)" onClick={reset}>
          Undo choice
        </button>
        <ActionButton
          action={picture.partition === null ? null : reconnectAction()}
          title="Rules and the kind of network stay"
        >
          End it
        </ActionButton>
      </div>
      <p class="hint">{hintOf(ids.length, isChanged, draftGroups.length, inForce.length)}</p>
    </Part>
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

interface NamedShape {
  readonly name: string;
  /** Whether a peer may be named. */
  readonly takesPeer: boolean;
  readonly says: string;
}

const FURTHER: readonly NamedShape[] = [
  { name: 'ring', takesPeer: false, says: 'each sees a majority, no two the same one' },
  { name: 'bridge', takesPeer: true, says: 'two halves that only one peer joins' },
  { name: 'one-way', takesPeer: true, says: 'one is heard and hears nobody' },
  { name: 'swizzle', takesPeer: false, says: 'cut off one by one, back in another order' },
];

/** Shapes that the relay knows by name, for a peer where they take one. */
function FurtherShapes({ picture }: { readonly picture: Picture }) {
  const [name, setName] = useState('ring');
  const [peer, setPeer] = useState('');
  const shape = FURTHER.find((known) => known.name === name);
  const word = shape?.takesPeer === true && peer !== '' ? `${name}:${peer}` : name;
  return (
    <div class="row fields">
      <label>
        Shape{' '}
        <select value={name} onChange={({ currentTarget }) => setName(currentTarget.value)}>
          {FURTHER.map((known) => (
            <option key={known.name} value={known.name}>
              {known.name}: {known.says}
            </option>
          ))}
        </select>
      </label>
      {shape?.takesPeer === true && (
        <label>
          for{' '}
          <select value={peer} onChange={({ currentTarget }) => setPeer(currentTarget.value)}>
            <option value="">anyone</option>
            {picture.peers.map(({ view }) => (
              <option key={view.id} value={view.id}>
                {view.id}
              </option>
            ))}
          </select>
        </label>
      )}
      <ActionButton action={shapeAction(word)} title={shape?.says ?? ''}>
        Cut so
      </ActionButton>
    </div>
  );
}

function hintOf(peers: number, isChanged: boolean, draftGroups: number, groups: number): string {
  if (peers < 2) return 'A network of one cannot be divided.';
  if (!isChanged) {
    return groups > 1
      ? 'Frames between groups are dropped until you heal.'
      : 'Draw a lasso around peers on the ring, drag one away from the others, or choose the groups here.';
  }
  return draftGroups > 1 ? 'Chosen, not yet applied.' : 'Put one peer into another group, or heal.';
}
