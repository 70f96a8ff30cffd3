import { useState } from 'preact/hooks';
import type { ElectionSettings, ElectionSettingsInForce } from '../../../../../shared/http/Processes.ts';
import { isAction, requestsOf } from '../../connection/actions/Actions.ts';
import {
  fullSpeedAction,
  isSlow,
  SETTINGS_PATH,
  settingsAction,
  SLOW_RULE,
  slowMotionAction,
} from '../../connection/actions/settingsActions.ts';
import { useStore } from '../../hooks/useStore.ts';
import type { Picture } from '../../model/Picture.ts';
import { ActionButton } from '../ActionButton.tsx';
import { ConfirmButton } from './ConfirmButton.tsx';
import { Part } from './Part.tsx';

/** Slow motion, and the settings of Raft's elections, for peers whose processes are owned. */
export function OptionsPart({ picture }: { readonly picture: Picture }) {
  const settings = picture.processes?.settings ?? null;
  if (settings === null) return <NotOwned />;
  const says = isSlow(settings)
    ? 'slow motion'
    : `${settings.preVote ? '' : 'no '}PreVote, ${settings.checkQuorum ? '' : 'no '}CheckQuorum`;
  return (
    <Part title="Raft's options" says={says}>
      <SlowMotion {...{ picture, settings }} />
      <Settings key={JSON.stringify(settings)} settings={settings} />
    </Part>
  );
}

function NotOwned() {
  return (
    <Part title="Raft's options" says="not run by whitewater up">
      <p class="hint">
        Peers that <code>npx whitewater up</code> started can be started anew with other settings from here. Others take
        them as flags: <code>--no-pre-vote</code>, <code>--no-check-quorum</code>, and for slow motion{' '}
        <code>--heartbeat 500ms --election-timeout 3s..6s</code>.
      </p>
    </Part>
  );
}

interface SettingsProps {
  readonly settings: ElectionSettingsInForce;
}

function SlowMotion({ picture, settings }: SettingsProps & { readonly picture: Picture }) {
  const { actions } = useStore();
  const isOn = isSlow(settings) && picture.faults.rules.includes(SLOW_RULE);
  const before = actions.done.value.find(({ action }) => action.label === slowMotionAction().label)?.inverse ?? null;
  const put = isAction(before) ? requestsOf(before).find(({ path }) => path === SETTINGS_PATH) : undefined;
  const usual = put === undefined ? null : (put.body as ElectionSettings);
  return (
    <div class="row">
      {isOn ? (
        <ActionButton class="primary" action={fullSpeedAction(usual)} title="The timers as before, and frames at once">
          Full speed
        </ActionButton>
      ) : (
        <ActionButton
          action={slowMotionAction()}
          title="Heartbeats of 500 ms, timeouts of 3 to 6 s, and each frame between peers takes 400 ms: peers start anew, one by one"
        >
          Slow motion
        </ActionButton>
      )}
    </div>
  );
}

const TIMES = [
  ['heartbeatMs', 'Heartbeat, ms'],
  ['electionTimeoutMsMin', 'Timeout from, ms'],
  ['electionTimeoutMsMax', 'to, ms'],
] as const;

function Settings({ settings }: SettingsProps) {
  const [chosen, setChosen] = useState<ElectionSettingsInForce>(settings);
  const changed = changesIn(settings, chosen);
  const toggle = (key: 'preVote' | 'checkQuorum', text: string) => (
    <label>
      <input
        type="checkbox"
        checked={chosen[key]}
        onChange={({ currentTarget }) => setChosen({ ...chosen, [key]: currentTarget.checked })}
      />{' '}
      {text}
    </label>
  );
  return (
    <>
      <div class="row fields">
        {toggle('preVote', 'PreVote: asks before it stands')}
        {toggle('checkQuorum', 'CheckQuorum: a leader that nobody hears steps down')}
      </div>
      <div class="row fields">
        {TIMES.map(([key, text]) => (
          <label key={key}>
            {text}{' '}
            <input
              type="number"
              min={1}
              max={86_400_000}
              value={chosen[key]}
              onInput={({ currentTarget }) => {
                const ms = Math.round(currentTarget.valueAsNumber);
                if (ms >= 1) setChosen({ ...chosen, [key]: ms });
              }}
            />
          </label>
        ))}
      </div>
      <div class="row">
        <ConfirmButton
          action={changed === null ? null : settingsAction(changed)}
          title={changed === null ? 'So it is already' : 'The peers start anew, one after the other'}
          text="Restart the peers so"
          question="Restart all peers?"
        />
      </div>
      <p class="hint">
        Without CheckQuorum a leader that is cut off goes on believing: then two leaders of different terms can be
        watched.
      </p>
    </>
  );
}

/** What is different; both ends of the timeout go together. */
function changesIn(was: ElectionSettingsInForce, now: ElectionSettingsInForce): ElectionSettings | null {
  const { electionTimeoutMsMin, electionTimeoutMsMax } = now;
  const isOtherTimeout =
    electionTimeoutMsMin !== was.electionTimeoutMsMin || electionTimeoutMsMax !== was.electionTimeoutMsMax;
  const changes: ElectionSettings = {
    ...(now.heartbeatMs === was.heartbeatMs ? {} : { heartbeatMs: now.heartbeatMs }),
    ...(isOtherTimeout ? { electionTimeoutMsMin, electionTimeoutMsMax } : {}),
    ...(now.preVote === was.preVote ? {} : { preVote: now.preVote }),
    ...(now.checkQuorum === was.checkQuorum ? {} : { checkQuorum: now.checkQuorum }),
  };
  return Object.keys(changes).length === 0 ? null : changes;
}
