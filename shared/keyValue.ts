import { type Static, Type } from './schema.ts';
import { Count } from './numbers.ts';

export const KEY_LENGTH_MAX = 1_024;
/** As JSON in UTF-8, so that a command and an answer with it fit a frame. */
export const VALUE_BYTES_MAX = 524_288;
/** A list or a batch of changes ends before it has more bytes, but holds one item at least. */
export const ANSWER_BYTES_MAX = 786_432;
export const LIST_LIMIT_MAX = 1_000;

export const Key = Type.String({ minLength: 1, maxLength: KEY_LENGTH_MAX });
export const Value = Type.String({ maxLength: VALUE_BYTES_MAX });

const strict = { additionalProperties: false } as const;

/** A revision counts every change of the whole store; 0 stands for "never". */
const Revision = Count;

export const KeyValueCommand = Type.Union([
  Type.Object({ type: Type.Literal('put'), key: Key, value: Value }, strict),
  /** To a missing key: as to an empty value. */
  Type.Object({ type: Type.Literal('append'), key: Key, value: Value }, strict),
  /** With `expectedRevision`, only if that is the key's revision. */
  Type.Object({ type: Type.Literal('delete'), key: Key, expectedRevision: Type.Optional(Revision) }, strict),
  /** Writes if the key's revision is `expectedRevision`; 0 means that the key must not exist. */
  Type.Object({ type: Type.Literal('compareAndSet'), key: Key, value: Value, expectedRevision: Revision }, strict),
]);
export type KeyValueCommand = Static<typeof KeyValueCommand>;

export const KeyValueResult = Type.Object(
  {
    /** False exactly when nothing changed: the revision was another, or there was nothing to delete. */
    changed: Type.Boolean(),
    /** The key's revision after this command; 0 when it does not exist. */
    revision: Revision,
  },
  strict,
);
export type KeyValueResult = Static<typeof KeyValueResult>;

export const KeyValueQuery = Type.Union([
  Type.Object({ type: Type.Literal('get'), key: Key }, strict),
  /** Keys that begin with `prefix`, in order of UTF-16 code units, after `after`. */
  Type.Object(
    {
      type: Type.Literal('list'),
      prefix: Type.String({ maxLength: KEY_LENGTH_MAX }),
      limit: Type.Integer({ minimum: 1, maximum: LIST_LIMIT_MAX }),
      after: Type.Optional(Type.String({ maxLength: KEY_LENGTH_MAX })),
    },
    strict,
  ),
  /** What changed under `prefix` after `afterRevision`, as far back as the machine remembers. */
  Type.Object(
    {
      type: Type.Literal('changes'),
      prefix: Type.String({ maxLength: KEY_LENGTH_MAX }),
      afterRevision: Revision,
      limit: Type.Integer({ minimum: 1, maximum: LIST_LIMIT_MAX }),
    },
    strict,
  ),
]);
export type KeyValueQuery = Static<typeof KeyValueQuery>;

export const KeyValueItem = Type.Object(
  {
    key: Key,
    value: Value,
    /** Of the newest change of this key. */
    revision: Revision,
    /** Of the change that created it. */
    createdRevision: Revision,
  },
  strict,
);
export type KeyValueItem = Static<typeof KeyValueItem>;

export const KeyValueChange = Type.Object(
  {
    revision: Revision,
    key: Key,
    /** Null when the key was deleted. */
    value: Type.Union([Value, Type.Null()]),
  },
  strict,
);
export type KeyValueChange = Static<typeof KeyValueChange>;

/** `revision` is the store's newest: what was read is the state as of it. */
export const KeyValueAnswer = Type.Union([
  Type.Object({ type: Type.Literal('get'), item: Type.Union([KeyValueItem, Type.Null()]), revision: Revision }, strict),
  Type.Object(
    { type: Type.Literal('list'), items: Type.Array(KeyValueItem), more: Type.Boolean(), revision: Revision },
    strict,
  ),
  Type.Object(
    {
      type: Type.Literal('changes'),
      changes: Type.Array(KeyValueChange),
      /** Ask again after this revision. */
      throughRevision: Revision,
      /** True when changes after `afterRevision` are forgotten: list everything anew. */
      forgotten: Type.Boolean(),
      revision: Revision,
    },
    strict,
  ),
]);
export type KeyValueAnswer = Static<typeof KeyValueAnswer>;
