import type { PeerId } from '../../../../../shared/ids.ts';
import { type Draft, groupName } from '../../model/groups.ts';

interface GroupEditorProps {
  readonly ids: readonly PeerId[];
  readonly draft: Draft;
  /** How many groups can be chosen. */
  readonly letters: number;
  readonly onPut: (peer: PeerId, group: number) => void;
}

/** For each peer the group that it shall be in: radio buttons, so arrow keys choose. */
export function GroupEditor({ ids, draft, letters, onPut }: GroupEditorProps) {
  return (
    <div class="groups" role="group" aria-label="Groups of the partition">
      {ids.map((id) => (
        <fieldset key={id} class="group-choice">
          <legend>{id}</legend>
          {Array.from({ length: letters }, (_, group) => (
            <label key={group} data-group={group % 6} title={`${id} in group ${groupName(group)}`}>
              <input
                type="radio"
                name={`group of ${id}`}
                aria-label={`${id} in group ${groupName(group)}`}
                checked={(draft.get(id) ?? 0) === group}
                onChange={() => onPut(id, group)}
              />
              <span aria-hidden="true">{groupName(group)}</span>
            </label>
          ))}
        </fieldset>
      ))}
    </div>
  );
}
