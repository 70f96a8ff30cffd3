import { ClusterId, PeerId } from '../ids.ts';
import { Count } from '../numbers.ts';
import { type Static, Type } from '../schema.ts';

/** What an owner can do to the process of a peer. `stop` and `restart` let it end by itself first; `kill` does not ask. */
export const PROCESS_ACTIONS = ['stop', 'kill', 'start', 'restart', 'pause', 'resume'] as const;
export type ProcessAction = (typeof PROCESS_ACTIONS)[number];
export const ProcessAction = Type.Unsafe<ProcessAction>(Type.Union(PROCESS_ACTIONS.map((word) => Type.Literal(word))));

/** The body of `POST .../peers/:peer/process`. */
export const ProcessRequest = Type.Object({ action: ProcessAction }, { additionalProperties: false });

/** The process of one peer, as its owner knows it. */
export const ProcessView = Type.Object({
  id: PeerId,
  /** `restarting`: it ended and is started again after a wait. `over`: it ended for a reason that a restart would not mend. */
  state: Type.Union([
    Type.Literal('running'),
    Type.Literal('paused'),
    Type.Literal('down'),
    Type.Literal('restarting'),
    Type.Literal('over'),
  ]),
  pid: Type.Union([Count, Type.Null()]),
  /** How many times it was started again. */
  restarts: Count,
});
export type ProcessView = Static<typeof ProcessView>;

/** A day: what nobody watches. The owner refuses further what makes no sense together. */
const timerMs = Type.Integer({ minimum: 1, maximum: 86_400_000, description: 'Milliseconds' });

/** The settings of all peers that concern elections; what is left out stays as it is. */
export const ElectionSettings = Type.Object(
  {
    heartbeatMs: Type.Optional(timerMs),
    electionTimeoutMsMin: Type.Optional(timerMs),
    electionTimeoutMsMax: Type.Optional(timerMs),
    preVote: Type.Optional(Type.Boolean()),
    checkQuorum: Type.Optional(Type.Boolean()),
  },
  { additionalProperties: false },
);
export type ElectionSettings = Static<typeof ElectionSettings>;

export const ElectionSettingsInForce = Type.Object({
  heartbeatMs: timerMs,
  electionTimeoutMsMin: timerMs,
  electionTimeoutMsMax: timerMs,
  preVote: Type.Boolean(),
  checkQuorum: Type.Boolean(),
});
export type ElectionSettingsInForce = Static<typeof ElectionSettingsInForce>;

/** Who owns the processes of the peers, and how those are. Without an owner nothing but `owned: false` is known. */
export const ProcessesView = Type.Object({
  owned: Type.Boolean(),
  /** The cluster whose peers they are; null without an owner. */
  cluster: Type.Union([ClusterId, Type.Null()]),
  /** In the order in which they were first started. */
  processes: Type.Array(ProcessView),
  settings: Type.Union([ElectionSettingsInForce, Type.Null()]),
});
export type ProcessesView = Static<typeof ProcessesView>;

/** What there is to say of processes that nobody owns. */
export const NOT_OWNED: ProcessesView = { owned: false, cluster: null, processes: [], settings: null };
