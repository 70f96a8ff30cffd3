import { WhitewaterError } from '../../shared/errors.ts';
import type { ListAnswer } from '../../shared/http/KeyValueAnswers.ts';
import { LIST_LIMIT_MAX } from '../../shared/keyValue.ts';
import type { Invocation } from '../Command.ts';
import { json } from '../control/printAnswer.ts';
import { JSON_OUTPUT } from '../settings/sharedSettings.ts';
import { AFTER, LIMIT, REVISION } from '../settings/storeSettings.ts';
import { inOneLine, printWrite } from './printing.ts';
import { readOptions, storeAccess } from './storeAccess.ts';
import { valueOf } from './valueOf.ts';

export async function getKey(invocation: Invocation): Promise<number> {
  const { settings, args, stdout } = invocation;
  const [key = ''] = args;
  const { client, cluster } = await storeAccess(invocation);
  const item = await client.get(cluster, key, readOptions(settings));
  if (item === null) throw new WhitewaterError('KEY_UNKNOWN', `there is no key ${JSON.stringify(key)} in ${cluster}`);
  stdout.write(settings.get(JSON_OUTPUT) ? json(item) : `${item.value}\n`);
  return 0;
}

export async function putKey(invocation: Invocation): Promise<number> {
  const [key = '', text = ''] = invocation.args;
  const value = await valueOf(text);
  const { client, cluster, wait } = await storeAccess(invocation);
  printWrite(invocation, await client.put(cluster, key, value, wait));
  return 0;
}

export async function appendToKey(invocation: Invocation): Promise<number> {
  const [key = '', text = ''] = invocation.args;
  const value = await valueOf(text);
  const { client, cluster, wait } = await storeAccess(invocation);
  printWrite(invocation, await client.append(cluster, key, value, wait));
  return 0;
}

export async function compareAndSetKey(invocation: Invocation): Promise<number> {
  const [key = '', text = ''] = invocation.args;
  const expectedRevision = invocation.settings.get(REVISION);
  if (expectedRevision === undefined) {
    const message =
      '--revision is missing; give the revision that "whitewater get KEY --json" tells, or 0 for a new key';
    throw new WhitewaterError('USAGE', message);
  }
  const value = await valueOf(text);
  const { client, cluster, wait } = await storeAccess(invocation);
  printWrite(invocation, await client.put(cluster, key, value, { ...wait, expectedRevision }));
  return 0;
}

export async function deleteKey(invocation: Invocation): Promise<number> {
  const [key = ''] = invocation.args;
  const expectedRevision = invocation.settings.get(REVISION);
  const { client, cluster, wait } = await storeAccess(invocation);
  const expected = expectedRevision === undefined ? {} : { expectedRevision };
  printWrite(invocation, await client.delete(cluster, key, { ...wait, ...expected }));
  return 0;
}

export async function listKeys(invocation: Invocation): Promise<number> {
  const { settings, args, stdout } = invocation;
  const access = await storeAccess(invocation);
  const limit = settings.get(LIMIT) ?? Infinity;
  let after = settings.get(AFTER);
  let pageMax = LIST_LIMIT_MAX;
  const items: ListAnswer['items'] = [];
  let answer: ListAnswer;
  do {
    const page = Math.min(pageMax, limit - items.length);
    const options = { ...readOptions(settings), limit: page, ...(after === undefined ? {} : { after }) };
    try {
      answer = await access.client.list(access.cluster, args[0] ?? '', options);
    } catch (error) {
      // Large values: fewer fit into one answer.
      const isTooLarge = error instanceof WhitewaterError && error.code === 'ANSWER_TOO_LARGE';
      if (!isTooLarge || page === 1) throw error;
      pageMax = Math.ceil(page / 4);
      answer = { items: [], more: true, revision: 0 };
      continue;
    }
    items.push(...answer.items);
    after = items.at(-1)?.key ?? after;
  } while (answer.more && items.length < limit);
  if (settings.get(JSON_OUTPUT)) stdout.write(json({ ...answer, items }));
  else for (const { key, value } of items) stdout.write(`${inOneLine(key)}\t${inOneLine(value)}\n`);
  return 0;
}
