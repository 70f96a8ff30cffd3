import { useState } from 'preact/hooks';
import { accountOfMembers } from '../../../../../shared/http/standing.ts';
import type { PeerId } from '../../../../../shared/ids.ts';
import { removeMemberAction, setMemberAction } from '../../connection/actions/memberActions.ts';
import type { Picture } from '../../model/Picture.ts';
import { ActionButton } from '../ActionButton.tsx';
import { ConfirmButton } from './ConfirmButton.tsx';
import { Part } from './Part.tsx';

/** Who belongs to the cluster, and what changes that. */
export function MembersPart({ picture }: { readonly picture: Picture }) {
  const account = accountOfMembers(
    picture.leader,
    picture.peers.map(({ view }) => view),
  );
  const voters = account?.voters ?? [];
  const learners = account?.learners ?? [];
  const isChanging = (account?.votersOutgoing.length ?? 0) > 0;
  const outside = picture.peers
    .map(({ view }) => view.id)
    .filter((id) => !voters.includes(id) && !learners.includes(id));
  const says = `${voters.length} voters${learners.length === 0 ? '' : `, ${learners.length} learning`}`;
  return (
    <Part title="Members" says={isChanging ? `${says}, changing` : says}>
      <ul class="rule-list" aria-label="Members">
        {voters.map((id) => (
          <Member key={id} id={id} role="voter" />
        ))}
        {learners.map((id) => (
          <Member key={id} id={id} role="learner" />
        ))}
        {outside.map((id) => (
          <Member key={id} id={id} role={null} />
        ))}
      </ul>
      <NewMember />
      {isChanging && (
        <p class="hint">
          A change is under way: until it is complete, old voters and new ones each need a majority. Outgoing:{' '}
          {account?.votersOutgoing.join(', ')}.
        </p>
      )}
    </Part>
  );
}

interface MemberProps {
  readonly id: PeerId;
  readonly role: 'voter' | 'learner' | null;
}

function Member({ id, role }: MemberProps) {
  const name = <span class="unseen"> {id}</span>;
  return (
    <li>
      <span>
        <b>{id}</b> <span class="muted">{role ?? 'not a member'}</span>
      </span>
      {role !== 'voter' && (
        <ActionButton
          class="small"
          action={setMemberAction(id, 'voter', role)}
          title="It votes as soon as it has caught up"
        >
          {role === null ? 'Add' : 'Promote'}
          {name}
        </ActionButton>
      )}
      {role !== 'learner' && (
        <ActionButton
          class="small"
          action={setMemberAction(id, 'learner', role)}
          title="It gets the log and has no vote"
        >
          {role === null ? 'Add as learner' : 'Take its vote'}
          {name}
        </ActionButton>
      )}
      {role !== null && (
        <ConfirmButton
          action={removeMemberAction(id)}
          title="It is no member any more; its process goes on"
          text="Remove"
          question={`Remove ${id}?`}
        />
      )}
    </li>
  );
}

const LEGAL_ID = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}$/;

/** One whose connection is not there yet can be named all the same: the relay waits a moment for it. */
function NewMember() {
  const [id, setId] = useState('');
  const isGood = LEGAL_ID.test(id);
  return (
    <div class="row fields">
      <label>
        Another peer{' '}
        <input
          type="text"
          size={6}
          value={id}
          placeholder="p6"
          onInput={({ currentTarget }) => setId(currentTarget.value)}
        />
      </label>
      <ActionButton
        class="small"
        action={isGood ? setMemberAction(id as PeerId, 'voter', null) : null}
        title={
          isGood ? `Start it with "npx whitewater peer --id ${id}", and it votes once it has caught up` : 'Name it'
        }
      >
        Add it
      </ActionButton>
    </div>
  );
}
