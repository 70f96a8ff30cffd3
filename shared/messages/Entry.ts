import { Term } from '../numbers.ts';
import { Configuration } from './Configuration.ts';
import { type Static, Type } from '../schema.ts';

/** What the state machine will be given. Raft and the relay never look into it. */
export const CommandEntry = Type.Object(
  { term: Term, type: Type.Literal('command'), command: Type.String() },
  { additionalProperties: false },
);
export type CommandEntry = Static<typeof CommandEntry>;

/** A new leader's first entry, which commits those of earlier terms (paper, section 8). */
export const NoOpEntry = Type.Object({ term: Term, type: Type.Literal('noOp') }, { additionalProperties: false });
export type NoOpEntry = Static<typeof NoOpEntry>;

/** In force from the moment that it stands in a log, committed or not (paper, section 6). */
export const ConfigurationEntry = Type.Object(
  { term: Term, type: Type.Literal('configuration'), configuration: Configuration },
  { additionalProperties: false },
);
export type ConfigurationEntry = Static<typeof ConfigurationEntry>;

/** One entry of the log. Its index is not repeated: entries of a message follow `prevLogIndex` without a gap. */
export const Entry = Type.Union([CommandEntry, NoOpEntry, ConfigurationEntry]);
export type Entry = Static<typeof Entry>;
