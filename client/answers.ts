import { isErrorCode, WhitewaterError } from '../shared/errors.ts';
import type { ErrorAnswer } from '../shared/http/ErrorAnswer.ts';

/*
 * Whether an answer is a relay's. Another program's JSON must not be taken for one; what a relay says is not doubted field by
 * field, and the schemas of shared/http stay out of the browser and of short commands.
 */

export function isClusterList(answer: unknown): boolean {
  return Array.isArray(answer) && answer.every((cluster) => hasStringId(cluster) && isCount(cluster['peers']));
}

export function isClusterView(answer: unknown): boolean {
  return (
    hasStringId(answer) &&
    isCount(answer['term']) &&
    isObject(answer['traffic']) &&
    isPartitionOrNull(answer['partition']) &&
    isObject(answer['faults']) &&
    isPeerList(answer['peers'])
  );
}

export function isPartitionAnswer(answer: unknown): boolean {
  return isObject(answer) && isPartitionOrNull(answer['partition']);
}

export function isNetworkView(answer: unknown): boolean {
  return (
    isObject(answer) &&
    isCount(answer['epoch']) &&
    typeof answer['seed'] === 'string' &&
    isObject(answer['profile']) &&
    isPartitionOrNull(answer['partition']) &&
    isRuleViewList(answer['rules'])
  );
}

export function isRuleView(answer: unknown): boolean {
  return (
    isObject(answer) &&
    typeof answer['name'] === 'string' &&
    isObject(answer['rule']) &&
    isCount(answer['matched']) &&
    isObject(answer['hits'])
  );
}

export function isRuleList(answer: unknown): boolean {
  return isObject(answer) && isCount(answer['epoch']) && isRuleViewList(answer['rules']);
}

export function isReleased(answer: unknown): boolean {
  return isObject(answer) && isCount(answer['released']);
}

export function isProfileAnswer(answer: unknown): boolean {
  return isObject(answer) && isObject(answer['profile']) && typeof answer['profile']['name'] === 'string';
}

export function isJournalLine(line: unknown): boolean {
  if (!isObject(line) || !isCount(line['timeMs'])) return false;
  return line['kind'] === 'journal' || (typeof line['kind'] === 'string' && isCount(line['seq']));
}

export function isLiveMessage(message: unknown): boolean {
  if (!isObject(message) || !Array.isArray(message['events'])) return false;
  if (message['type'] === 'snapshot') return isClusterView(message['cluster']);
  return message['type'] === 'delta' && isPeerList(message['peers']) && Array.isArray(message['links']);
}

/** Of a feed that was asked for frames too. */
export function isSampledMessage(message: unknown): boolean {
  if (!isObject(message) || message['type'] !== 'frames') return isLiveMessage(message);
  return ['frames', 'ends', 'crowded', 'queues'].every((name) => Array.isArray(message[name]));
}

export function isFrameText(answer: unknown): boolean {
  return isObject(answer) && isCount(answer['seq']) && typeof answer['text'] === 'string';
}

export function isProcessesView(answer: unknown): boolean {
  return (
    isObject(answer) &&
    typeof answer['owned'] === 'boolean' &&
    Array.isArray(answer['processes']) &&
    answer['processes'].every(hasStringId)
  );
}

export function isSafetyView(answer: unknown): boolean {
  return isObject(answer) && isCount(answer['sinceMs']) && Array.isArray(answer['checks']);
}

export function isItem(answer: unknown): boolean {
  return isWrite(answer) && isObject(answer) && typeof answer['value'] === 'string';
}

export function isWrite(answer: unknown): boolean {
  return isObject(answer) && typeof answer['key'] === 'string' && isCount(answer['revision']);
}

export function isList(answer: unknown): boolean {
  return isObject(answer) && Array.isArray(answer['items']) && answer['items'].every(isItem);
}

export function isChange(line: unknown): boolean {
  return isWrite(line) && isObject(line) && (line['value'] === null || typeof line['value'] === 'string');
}

export function isMembers(answer: unknown): boolean {
  return isObject(answer) && Array.isArray(answer['members']) && answer['members'].every(hasStringId);
}

export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** The relay's own error; or, when whatever answered is no relay of ours, that. */
export function toError(answer: unknown, status: number, origin: string): WhitewaterError {
  const { code, message, details } = (answer ?? {}) as Partial<ErrorAnswer>;
  if (typeof code === 'string' && isErrorCode(code) && typeof message === 'string') {
    return new WhitewaterError(code, message, { details });
  }
  return notRelay(origin, `HTTP ${status}`);
}

/** What answers is some other program. @param what of its answer is wrong, such as `HTTP 404` */
export function notRelay(origin: string, what: string): WhitewaterError {
  const message = `what answers at ${origin} is not a Whitewater relay (${what}): check the address`;
  return new WhitewaterError('RELAY_UNREACHABLE', message);
}

function isPeerList(value: unknown): boolean {
  return (
    Array.isArray(value) &&
    value.every((peer) => hasStringId(peer) && typeof peer['connected'] === 'boolean' && isCount(peer['connections']))
  );
}

function isRuleViewList(value: unknown): boolean {
  return Array.isArray(value) && value.every(isRuleView);
}

function isPartitionOrNull(value: unknown): boolean {
  return value === null || (isObject(value) && Array.isArray(value['groups']) && value['groups'].every(Array.isArray));
}

function hasStringId(value: unknown): value is Readonly<Record<string, unknown>> {
  return isObject(value) && typeof value['id'] === 'string';
}

function isCount(value: unknown): boolean {
  return typeof value === 'number';
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
