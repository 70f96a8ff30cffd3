import type { Role } from '../../../../../shared/messages/Status.ts';
import { ROLE_WORDS } from '../../../../../shared/roleWords.ts';
import { CrownIcon } from '../CrownIcon.tsx';
import { RoleIcon } from '../RoleIcon.tsx';

const ROLES: readonly Role[] = ['follower', 'preCandidate', 'candidate', 'learner'];

/** What the shapes mean. */
export function Legend() {
  return (
    <ul class="legend" aria-label="Legend">
      <li>
        <CrownIcon kind="full" size={16} /> leads
      </li>
      <li>
        <CrownIcon kind="hollow" size={16} /> believes it leads
      </li>
      {ROLES.map((role) => (
        <li key={role}>
          <RoleIcon role={role} /> {ROLE_WORDS[role]}
        </li>
      ))}
      <li>
        <svg width="18" height="18" viewBox="-9 -9 18 18" aria-hidden="true">
          <circle class="timer-track" r="6.5" />
          <circle class="timer-arc" r="6.5" pathLength={1} stroke-dasharray="0.7 1" transform="rotate(-90)" />
        </svg>
        election timer
      </li>
      <li>
        <svg width="26" height="10" viewBox="0 0 26 10" aria-hidden="true">
          <path class="legend-traffic" d="M1 5H25" />
        </svg>
        delivered
      </li>
      <li>
        <svg width="26" height="10" viewBox="0 0 26 10" aria-hidden="true">
          <path class="legend-lost" d="M1 5H25" />
        </svg>
        dropped
      </li>
    </ul>
  );
}
