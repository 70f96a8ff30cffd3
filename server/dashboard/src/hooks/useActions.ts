import { useCallback, useState } from 'preact/hooks';
import type { RelayClient } from '../../../../client/RelayClient.ts';
import { WhitewaterError } from '../../../../shared/errors.ts';
import type { ErrorAnswer } from '../../../../shared/http/ErrorAnswer.ts';
import type { ClusterId } from '../../../../shared/ids.ts';
import type { Action } from '../connection/Action.ts';

/** What was last asked of the relay, and what came of it. */
export interface Deed {
  readonly action: Action;
  readonly outcome: 'running' | 'done' | 'refused';
  readonly error: ErrorAnswer | null;
}

export interface Actions {
  readonly deed: Deed | null;
  /** What the pointer or the keyboard is on, for showing its commands before it is done. */
  readonly preview: Action | null;
  readonly run: (action: Action) => void;
  readonly setPreview: (action: Action | null) => void;
}

export function useActions(client: RelayClient, cluster: ClusterId): Actions {
  const [deed, setDeed] = useState<Deed | null>(null);
  const [preview, setPreview] = useState<Action | null>(null);

  const run = useCallback(
    (action: Action) => {
      setDeed({ action, outcome: 'running', error: null });
      // An answer to what is no longer the newest deed is not shown.
      const settle = (outcome: Deed['outcome'], error: ErrorAnswer | null): void =>
        setDeed((newest) => (newest?.action === action ? { action, outcome, error } : newest));
      action.run(client, cluster).then(
        () => settle('done', null),
        (error: unknown) => settle('refused', answerOf(error)),
      );
    },
    [client, cluster],
  );

  return { deed, preview, run, setPreview };
}

function answerOf(error: unknown): ErrorAnswer {
  if (error instanceof WhitewaterError) {
    return { code: error.code, message: error.message, definite: error.definite };
  }
  return { code: 'INTERNAL', message: String(error), definite: false };
}
