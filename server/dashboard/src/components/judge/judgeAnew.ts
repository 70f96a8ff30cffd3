import type { Action } from '../../connection/actions/Actions.ts';

/** The relay forgets what it saw, and judges from now on. No command does it. */
export function judgeAnewAction(): Action {
  return {
    label: 'Judge anew',
    method: 'DELETE',
    path: '/safety',
    body: undefined,
    words: [],
    needs: 'admin',
    asks: [],
    inverse: () => ({ none: 'What was seen is forgotten.' }),
  };
}
