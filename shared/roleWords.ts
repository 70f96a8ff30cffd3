import type { Role } from './messages/Status.ts';

/** Roles as people read them. */
export const ROLE_WORDS: Readonly<Record<Role, string>> = {
  leader: 'leader',
  follower: 'follower',
  candidate: 'candidate',
  preCandidate: 'pre-candidate',
  learner: 'learner',
};
