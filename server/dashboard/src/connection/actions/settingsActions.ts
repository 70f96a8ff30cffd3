import type { ElectionSettings, ElectionSettingsInForce } from '../../../../../shared/http/Processes.ts';
import type { Action } from './Actions.ts';
import { changesNetwork } from './networkActions.ts';

export const SETTINGS_PATH = '/processes/settings';

/** Peers are started anew one after the other. */
const SETTINGS_WAIT_MS = 120_000;

/** All peers start anew with other settings of elections, one after the other. */
export function settingsAction(settings: ElectionSettings): Action {
  return {
    label: `Raft with ${settingsText(settings)}`,
    method: 'PUT',
    path: SETTINGS_PATH,
    body: settings,
    words: ['process', 'settings', ...flagsOf(settings)],
    needs: 'owner',
    asks: ['processes'],
    waitMs: SETTINGS_WAIT_MS,
    inverse: ({ processes }) =>
      processes?.settings == null
        ? { none: 'Which settings were in force is not known.' }
        : settingsAction(processes.settings),
  };
}

/** The rule that makes frames slow enough to watch. */
export const SLOW_RULE = 'slow-motion';
const SLOW: ElectionSettings = { heartbeatMs: 500, electionTimeoutMsMin: 3000, electionTimeoutMsMax: 6000 };
/** What peers start with unless told otherwise. */
const USUAL: ElectionSettings = { heartbeatMs: 100, electionTimeoutMsMin: 250, electionTimeoutMsMax: 400 };

/** Timers of seconds, and frames between peers that take 400 ms: real frames, really slow. */
export function slowMotionAction(): Action {
  const slow: Action = {
    ...changesNetwork,
    label: 'Frames take 400 ms',
    method: 'PUT',
    path: `/rules/${SLOW_RULE}`,
    body: { from: 'peer', to: 'peer', delay: '400ms' },
    words: ['link', 'peer', 'peer', '--delay', '400ms', '--name', SLOW_RULE],
  };
  return both('Slow motion', settingsAction(SLOW), slow);
}

/** @param usual the timers that were in force before, as far as they are known */
export function fullSpeedAction(usual: ElectionSettings | null): Action {
  const fast: Action = {
    ...changesNetwork,
    label: `Without rule ${SLOW_RULE}`,
    method: 'DELETE',
    path: `/rules/${SLOW_RULE}`,
    body: undefined,
    words: ['link', '--remove', SLOW_RULE],
  };
  return both('Full speed', settingsAction(usual ?? USUAL), fast);
}

/** Whether the timers of these settings are those of slow motion. */
export function isSlow(settings: ElectionSettingsInForce): boolean {
  return settings.electionTimeoutMsMin === SLOW.electionTimeoutMsMin && settings.heartbeatMs === SLOW.heartbeatMs;
}

/** Two requests as one deed, undone as one. */
function both(label: string, first: Action, second: Action): Action {
  return {
    ...first,
    label,
    ...{ first, next: second },
    asks: [...first.asks, ...second.asks],
    inverse: (before, answer) => {
      const [one, other] = [first.inverse(before, answer), second.inverse(before, answer)];
      if ('none' in one || 'none' in other) return 'none' in one ? one : other;
      // The second first: it may be refused because somebody else changed the network, and then nothing else is put back either.
      return both(`${label} undone`, other, one);
    },
  };
}

function settingsText(settings: ElectionSettings): string {
  const { heartbeatMs, electionTimeoutMsMin: min, electionTimeoutMsMax: max, preVote, checkQuorum } = settings;
  return [
    ...(heartbeatMs === undefined ? [] : [`heartbeats of ${heartbeatMs} ms`]),
    ...(min === undefined ? [] : [`timeouts of ${min} to ${max} ms`]),
    ...(preVote === undefined ? [] : [preVote ? 'PreVote' : 'no PreVote']),
    ...(checkQuorum === undefined ? [] : [checkQuorum ? 'CheckQuorum' : 'no CheckQuorum']),
  ].join(', ');
}

function flagsOf(settings: ElectionSettings): string[] {
  const { heartbeatMs, electionTimeoutMsMin: min, electionTimeoutMsMax: max, preVote, checkQuorum } = settings;
  return [
    ...(heartbeatMs === undefined ? [] : ['--heartbeat', `${heartbeatMs}ms`]),
    ...(min === undefined ? [] : ['--election-timeout', `${min}ms..${max}ms`]),
    ...(preVote === undefined ? [] : [preVote ? '--pre-vote' : '--no-pre-vote']),
    ...(checkQuorum === undefined ? [] : [checkQuorum ? '--check-quorum' : '--no-check-quorum']),
  ];
}
