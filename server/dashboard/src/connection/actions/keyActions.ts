import { queryOf } from '../../../../../client/keyPaths.ts';
import type { KeyValueItem } from '../../../../../shared/keyValue.ts';
import type { Action, Before, Inverse } from './Actions.ts';

const READS = { method: 'GET', needs: 'readKeys', asks: [], body: undefined, inverse: readsOnly } as const;

/** @param at a peer that is to answer by itself, however far behind it is; null: whoever leads */
export function getAction(key: string, at: string | null): Action {
  return {
    ...READS,
    label: `get ${key}${at === null ? '' : ` as ${at} sees it`}`,
    path: `${pathOf(key)}${readQuery(at)}`,
    words: words('get', [key], at === null ? [] : ['--read', 'stale', '--at', at]),
    key,
  };
}

/** Keys that begin with a prefix. */
export function listAction(prefix: string, at: string | null): Action {
  return {
    ...READS,
    label: `list ${prefix === '' ? 'all' : prefix}${at === null ? '' : ` as ${at} sees it`}`,
    path: `/kv${readQuery(at, { prefix, limit: 100 })}`,
    words: words('list', prefix === '' ? [] : [prefix], at === null ? [] : ['--read', 'stale', '--at', at]),
  };
}

export function putAction(key: string, value: string): Action {
  return write(
    { label: `put ${key} ${value}`, path: pathOf(key), body: { value }, words: words('put', [key, value]) },
    key,
  );
}

/** Writes if the key still has the revision; 0: if it is not there. */
export function compareAndSetAction(key: string, value: string, expectedRevision: number): Action {
  return write(
    {
      label: `cas ${key} ${value} at revision ${expectedRevision}`,
      path: pathOf(key),
      body: { value, expectedRevision },
      words: words('cas', [key, value], ['--revision', String(expectedRevision)]),
    },
    key,
  );
}

export function appendAction(key: string, value: string): Action {
  const path = `${pathOf(key)}/append`;
  const action = { label: `append ${key} ${value}`, path, body: { value }, words: words('append', [key, value]) };
  return { ...write(action, key), method: 'POST' };
}

/** @param expectedRevision null: whatever it has */
export function deleteAction(key: string, expectedRevision: number | null = null): Action {
  const only = expectedRevision === null ? {} : { expectedRevision };
  return {
    ...write(
      {
        label: `delete ${key}`,
        path: `${pathOf(key)}${queryOf(only)}`,
        body: undefined,
        words: words('delete', [key], expectedRevision === null ? [] : ['--revision', String(expectedRevision)]),
      },
      key,
    ),
    method: 'DELETE',
    inverse: ({ key: before }) => {
      if (before === undefined) return NOT_KNOWN;
      return before === null ? { none: 'There was no such key.' } : written(before, 0);
    },
  };
}

const NOT_KNOWN: Inverse = { none: 'What the key held before is not known.' };

function write(action: Pick<Action, 'label' | 'path' | 'body' | 'words'>, key: string): Action {
  return {
    ...action,
    ...{ method: 'PUT', needs: 'writeKeys', asks: ['key'], key },
    inverse: (before, answer) => valueAsBefore(before, answer, key),
  };
}

/** Only if nobody wrote since: the revision is the one that the write itself led to. */
function valueAsBefore({ key: before }: Before, answer: unknown, key: string): Inverse {
  const revision = (answer as { readonly revision?: number } | null)?.revision;
  if (before === undefined || revision === undefined) return NOT_KNOWN;
  return before === null ? { ...deleteAction(key, revision), note: LOG_KEEPS_BOTH } : written(before, revision);
}

const LOG_KEEPS_BOTH = 'The log keeps both.';

function written({ key, value }: KeyValueItem, revision: number): Action {
  return { ...compareAndSetAction(key, value, revision), label: `put ${key} as before`, note: LOG_KEEPS_BOTH };
}

function readsOnly(): Inverse {
  return { none: 'It changes nothing.' };
}

/** Whoever reads a URL takes dots for steps, however they are written; half a character has no bytes. */
export function canBeKey(key: string): boolean {
  return key !== '' && key !== '.' && key !== '..' && !/\p{Surrogate}/u.test(key);
}

function pathOf(key: string): string {
  return `/kv/${encodeURIComponent(key)}`;
}

function readQuery(at: string | null, further: Readonly<Record<string, string | number>> = {}): string {
  return queryOf({ ...further, ...(at === null ? {} : { read: 'stale', at }) });
}

/** The command line would take what begins with a dash for a flag, or for standard input. */
function words(command: string, given: readonly string[], flags: readonly string[] = []): readonly string[] {
  return given.some((word) => word.startsWith('-')) ? [] : [command, ...given, ...flags];
}
