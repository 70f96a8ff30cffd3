import type { TargetedSubmitEvent } from 'preact';
import { useState } from 'preact/hooks';
import type { ErrorAnswer } from '../../../../../shared/http/ErrorAnswer.ts';
import { logIn } from '../../connection/session.ts';
import { Notice } from '../Notice.tsx';

interface TokenPromptProps {
  readonly base: URL;
  readonly onOpened: () => void;
}

/** A browser cannot send a token with a WebSocket, so it is exchanged for a cookie that scripts cannot read. */
export function TokenPrompt({ base, onOpened }: TokenPromptProps) {
  const [refusal, setRefusal] = useState<ErrorAnswer | null>(null);
  const submit = async (event: TargetedSubmitEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault();
    const token = new FormData(event.currentTarget).get('token');
    const answer = await logIn(base, typeof token === 'string' ? token.trim() : '');
    setRefusal(answer);
    if (answer === null) onOpened();
  };
  return (
    <Notice title="This relay is locked">
      <form class="token" onSubmit={(event) => void submit(event)}>
        <label for="token">Its token</label>
        <div class="row">
          <input id="token" name="token" type="password" autocomplete="current-password" required />
          <button type="submit" class="primary">
            Unlock
          </button>
        </div>
        {refusal !== null && (
          <p class="refusal" role="alert">
            <code>{refusal.code}</code> {refusal.message}
          </p>
        )}
      </form>
      <p class="muted">
        Whoever started the relay has it: the value of --token or WHITEWATER_TOKEN, or what the file of --token-file
        holds. The token of a peer or a client opens no page: this takes one that may look (readOnly) or do everything
        (admin).
      </p>
    </Notice>
  );
}
