import type { Role } from '../../../../shared/messages/Status.ts';
import { bodyOf } from '../geometry/shapes.ts';

/** A peer's shape and colour, small, beside the word for it. */
export function RoleIcon({ role }: { readonly role: Role | null }) {
  return (
    <svg
      class="role-icon"
      data-role={role ?? 'unknown'}
      width="18"
      height="18"
      viewBox="-9 -9 18 18"
      aria-hidden="true"
    >
      <path class="body" d={bodyOf(role, 6.4)} />
    </svg>
  );
}
