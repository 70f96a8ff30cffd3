import { Readable } from 'node:stream';
import { KeyValueClient } from '../../client/KeyValueClient.ts';
import { WhitewaterError } from '../../shared/errors.ts';
import { ErrorAnswer } from '../../shared/http/ErrorAnswer.ts';
import { ListAnswer, WriteAnswer } from '../../shared/http/KeyValueAnswers.ts';
import { ClusterId, PeerId } from '../../shared/ids.ts';
import {
  Key,
  KEY_LENGTH_MAX,
  KeyValueItem,
  LIST_LIMIT_MAX,
  VALUE_BYTES_MAX,
  type KeyValueCommand,
} from '../../shared/keyValue.ts';
import { Count } from '../../shared/numbers.ts';
import { Type, type Static } from '../../shared/schema.ts';
import { changeLines, changesAfter, newestRevision } from '../gateway/changeLines.ts';
import { endStalled } from '../gateway/endStalled.ts';
import type { Gateway } from '../gateway/Gateway.ts';
import type { RelayApp } from '../http/RelayApp.ts';
import type { Hub } from '../hub/Hub.ts';
import { answers } from './answers.ts';
import { explainSilence } from './situation.ts';
import { timeoutMsOf, TimeoutText, untilClosed, whenClosed } from './patience.ts';

const strict = { additionalProperties: false } as const;

const ClusterParams = Type.Object({ cluster: ClusterId });
const KeyParams = Type.Object({ cluster: ClusterId, key: Key });

const Revision = Type.Optional(Type.String({ pattern: '^[0-9]{1,15}$', description: 'A revision' }));
const reading = {
  read: Type.Optional(
    Type.Union([Type.Literal('linearizable'), Type.Literal('stale')], {
      description: 'stale: as one peer sees it, which may be long behind',
    }),
  ),
  at: Type.Optional(PeerId),
  timeoutMs: TimeoutText,
};
const ReadQuery = Type.Object(reading, strict);
const Prefix = Type.Optional(Type.String({ maxLength: KEY_LENGTH_MAX }));
const ListQuery = Type.Object(
  {
    prefix: Prefix,
    after: Prefix,
    limit: Type.Optional(Type.String({ pattern: '^[0-9]{1,4}$', description: `1 to ${LIST_LIMIT_MAX}` })),
    ...reading,
  },
  strict,
);
const WatchQuery = Type.Object({ prefix: Prefix, afterRevision: Revision, timeoutMs: TimeoutText }, strict);
const WriteQuery = Type.Object({ timeoutMs: TimeoutText }, strict);
const DeleteQuery = Type.Object({ expectedRevision: Revision, timeoutMs: TimeoutText }, strict);

const AppendBody = Type.Object({ value: Type.String() }, strict);
const PutBody = Type.Object({ value: Type.String(), expectedRevision: Type.Optional(Count) }, strict);

const TIMEOUT_MS = 10_000;
/** What to do after a write of unknown outcome. */
const READ_IT = 'read the key';
/** A body that holds the largest value that fits into a frame. */
const BODY_BYTES_MAX = 1_048_576;
const writing = {
  bodyLimit: BODY_BYTES_MAX,
  config: { access: 'writeKeys', holdsValue: true, bodyExample: '{"value":"blue"}' },
} as const;

/** The key-value store that the peers of a cluster replicate, if they run one. */
export function keyValueRoutes(app: RelayApp, hub: Hub, gateway: Gateway): void {
  readRoutes(app, hub, gateway);
  writeRoutes(app, hub, gateway);
  watchRoute(app, hub, gateway);
}

function readRoutes(app: RelayApp, hub: Hub, gateway: Gateway): void {
  app.get(
    '/api/clusters/:cluster/kv/:key',
    {
      config: { access: 'readKeys' },
      schema: { params: KeyParams, querystring: ReadQuery, ...answers('The value of a key', KeyValueItem) },
    },
    async ({ params: { cluster, key }, query }, reply) => {
      const options = readOptions(query, untilClosed(reply));
      refuseAbsentReader(hub, cluster, query.at);
      const item = await explainSilence(hub, cluster, READ_IT, () =>
        gateway.request(cluster, (client) => new KeyValueClient(client).get(key, options)),
      );
      if (item === null) throw unknown(key);
      return item;
    },
  );
  app.get(
    '/api/clusters/:cluster/kv',
    {
      config: { access: 'readKeys' },
      schema: { params: ClusterParams, querystring: ListQuery, ...answers('Keys with a prefix, in order', ListAnswer) },
    },
    async ({ params: { cluster }, query }, reply) => {
      const { prefix = '', after } = query;
      const limit = limitOf(query.limit);
      refuseAbsentReader(hub, cluster, query.at);
      const options = { ...readOptions(query, untilClosed(reply)), limit, ...(after === undefined ? {} : { after }) };
      const { items, more, revision } = await explainSilence(hub, cluster, READ_IT, () =>
        gateway.request(cluster, (client) => new KeyValueClient(client).list(prefix, options)),
      );
      return { items: [...items], more, revision };
    },
  );
}

function writeRoutes(app: RelayApp, hub: Hub, gateway: Gateway): void {
  const write = async (
    cluster: ClusterId,
    command: KeyValueCommand,
    timeout: string | undefined,
    signal: AbortSignal,
  ) => {
    if ('value' in command) refuseTooLarge(command.value);
    const timeoutMs = timeoutMsOf(timeout, TIMEOUT_MS);
    const { changed, revision } = await explainSilence(hub, cluster, READ_IT, () =>
      gateway.request(cluster, (client) => client.command(command, { timeoutMs, signal })),
    );
    if (!changed) throw unchanged(command, revision);
    return { key: command.key, revision };
  };
  app.put(
    '/api/clusters/:cluster/kv/:key',
    {
      ...writing,
      schema: {
        ...{ params: KeyParams, querystring: WriteQuery, body: PutBody },
        ...answers(
          'Writes a value; with expectedRevision, only if the key has that revision (0: is not there)',
          WriteAnswer,
        ),
      },
    },
    async ({ params: { cluster, key }, body: { value, expectedRevision }, query }, reply) => {
      const command: KeyValueCommand =
        expectedRevision === undefined
          ? { type: 'put', key, value }
          : { type: 'compareAndSet', key, value, expectedRevision };
      return write(cluster, command, query.timeoutMs, untilClosed(reply));
    },
  );
  app.post(
    '/api/clusters/:cluster/kv/:key/append',
    {
      ...writing,
      schema: {
        ...{ params: KeyParams, querystring: WriteQuery, body: AppendBody },
        ...answers('Adds to the end of a value; a missing key has an empty one', WriteAnswer),
      },
    },
    async ({ params: { cluster, key }, body: { value }, query }, reply) =>
      write(cluster, { type: 'append', key, value }, query.timeoutMs, untilClosed(reply)),
  );
  app.delete(
    '/api/clusters/:cluster/kv/:key',
    {
      config: { access: 'writeKeys' },
      schema: {
        ...{ params: KeyParams, querystring: DeleteQuery },
        ...answers('Deletes a key; with expectedRevision, only if it has that revision', WriteAnswer),
      },
    },
    async ({ params: { cluster, key }, query }, reply) => {
      const expected = query.expectedRevision === undefined ? {} : { expectedRevision: Number(query.expectedRevision) };
      return write(cluster, { type: 'delete', key, ...expected }, query.timeoutMs, untilClosed(reply));
    },
  );
}

function watchRoute(app: RelayApp, hub: Hub, gateway: Gateway): void {
  app.get(
    '/api/clusters/:cluster/kv-watch',
    {
      exposeHeadRoute: false,
      config: { access: 'readKeys' },
      schema: {
        summary: 'What changes under a prefix, as lines of JSON, until the caller hangs up',
        description:
          'Changes after afterRevision, by default after now. A revision that the store has not reached is waited for. ' +
          'A connection whose reader takes nothing for long is ended.',
        ...{ params: ClusterParams, querystring: WatchQuery, produces: ['application/x-ndjson'] },
        response: { 200: Type.String(), default: ErrorAnswer },
      },
    },
    async ({ params: { cluster }, query }, reply) => {
      const timeoutMs = timeoutMsOf(query.timeoutMs, TIMEOUT_MS);
      const signal = untilClosed(reply);
      const { client, stalledReaderMs, end } = gateway.watch(cluster);
      whenClosed(reply, end);
      endStalled(reply.raw, stalledReaderMs);
      const watch = { client, prefix: query.prefix ?? '', signal };
      try {
        const [afterRevision, first] = await explainSilence(hub, cluster, READ_IT, async () => {
          const after =
            query.afterRevision === undefined ? await newestRevision(watch, timeoutMs) : Number(query.afterRevision);
          return [after, await changesAfter(watch, after, timeoutMs)] as const;
        });
        const lines = Readable.from(changeLines(watch, first, afterRevision), { objectMode: false });
        return await reply.type('application/x-ndjson; charset=utf-8').send(lines as never);
      } catch (error) {
        end();
        throw error;
      }
    },
  );
}

function readOptions({ read = 'linearizable', at, timeoutMs }: Static<typeof ReadQuery>, signal: AbortSignal) {
  return {
    ...{ consistency: read, timeoutMs: timeoutMsOf(timeoutMs, TIMEOUT_MS), signal },
    ...(at === undefined ? {} : { at }),
  };
}

/** @throws {WhitewaterError} PEER_UNKNOWN or PEER_NOT_CONNECTED when the one that is to answer cannot even be asked */
function refuseAbsentReader(hub: Hub, clusterId: ClusterId, at: PeerId | undefined): void {
  const cluster = hub.cluster(clusterId);
  if (at !== undefined) cluster.refuseAbsent(at, 'ask another one, or leave it open who answers');
}

function limitOf(text: string | undefined): number {
  const limit = text === undefined ? LIST_LIMIT_MAX : Number(text);
  if (limit >= 1 && limit <= LIST_LIMIT_MAX) return limit;
  throw new WhitewaterError('REQUEST_INVALID', `limit is ${limit}: give 1 to ${LIST_LIMIT_MAX}`);
}

function refuseTooLarge({ length }: string): void {
  if (length <= VALUE_BYTES_MAX) return;
  throw new WhitewaterError(
    'COMMAND_TOO_LARGE',
    `the value has ${length} characters: a key holds ${VALUE_BYTES_MAX} bytes of JSON at most`,
  );
}

function unknown(key: string): WhitewaterError {
  return new WhitewaterError('KEY_UNKNOWN', `there is no key ${JSON.stringify(key)}`);
}

/** @param revision of the key, 0 when it is not there */
function unchanged(command: KeyValueCommand, revision: number): WhitewaterError {
  const { key } = command;
  const expected = 'expectedRevision' in command ? command.expectedRevision : undefined;
  if (expected === undefined || (expected === 0 && revision === 0)) return unknown(key);
  const is = revision === 0 ? 'is not there' : `has revision ${revision}`;
  return new WhitewaterError(
    'REVISION_DIFFERS',
    `${JSON.stringify(key)} ${is}, not ${expected}: read it again, and decide anew`,
    { details: { revision } },
  );
}
