import { Readable } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import { ErrorAnswer } from '../../shared/http/ErrorAnswer.ts';
import { JOURNAL_KINDS, type JournalKind } from '../../shared/http/Journal.ts';
import { ClusterId } from '../../shared/ids.ts';
import { WhitewaterError } from '../../shared/errors.ts';
import { Type } from '../../shared/schema.ts';
import { VERSION } from '../../shared/version.ts';
import type { RelayApp } from '../http/RelayApp.ts';
import type { Cluster } from '../hub/Cluster.ts';
import type { Hub } from '../hub/Hub.ts';

const ClusterParams = Type.Object({ cluster: ClusterId });
const WHOLE = '^[0-9]{1,15}$';
const JournalQuery = Type.Object({
  after: Type.Optional(Type.String({ pattern: WHOLE, description: 'Only lines whose number is above' })),
  kinds: Type.Optional(
    Type.String({ description: `Only these kinds, separated by commas: ${JOURNAL_KINDS.join(',')}` }),
  ),
  limit: Type.Optional(Type.String({ pattern: WHOLE, description: 'So many lines at most, the oldest of them' })),
});

/** Written at a time; the next piece is made when the reader has taken this one. */
const PIECE_CHARACTERS = 32_768;

export function journalRoutes(app: RelayApp, hub: Hub): void {
  const turns = new PieceTurns();
  app.get(
    '/api/clusters/:cluster/journal',
    {
      config: { access: 'read' },
      schema: {
        summary:
          'What happened: every fate of a frame, change of the faults, connection and status, one JSON object a line',
        ...{ params: ClusterParams, querystring: JournalQuery },
        response: { 200: Type.Unsafe<Readable>(Type.String({ description: 'NDJSON' })), default: ErrorAnswer },
      },
    },
    async ({ params, query }, reply) => {
      const cluster = hub.cluster(params.cluster);
      const kinds = kindsIn(query.kinds);
      void reply
        .type('application/x-ndjson')
        .header('content-disposition', `attachment; filename="${cluster.id}.journal.ndjson"`);
      const lines = linesOf(cluster, Number(query.after ?? 0), kinds, Number(query.limit ?? Infinity));
      return Readable.from(turns.inTurn(pieces(lines)), { highWaterMark: 1 });
    },
  );
}

function kindsIn(text: string | undefined): ReadonlySet<JournalKind> {
  if (text === undefined) return new Set(JOURNAL_KINDS);
  const kinds = text.split(',').map((word) => {
    const kind = JOURNAL_KINDS.find((known) => known === word);
    if (kind !== undefined) return kind;
    const message = `kinds: ${JSON.stringify(word)} is not a kind of line: use some of ${JOURNAL_KINDS.join(', ')}`;
    throw new WhitewaterError('REQUEST_INVALID', message);
  });
  return new Set(kinds);
}

/** What there is when it is asked for: a journal that grows meanwhile has no end. */
function* linesOf(
  { id, journal }: Cluster,
  after: number,
  kinds: ReadonlySet<JournalKind>,
  linesMax: number,
): Generator<string, void, undefined> {
  const { newestSeq } = journal;
  const forgotten = journal.forgottenAfter(after);
  const timeMs = performance.timeOrigin + performance.now();
  yield JSON.stringify({ kind: 'journal', cluster: id, version: VERSION, timeMs, newest: newestSeq, forgotten });
  let count = 0;
  for (const { seq, text } of journal.lines(after, kinds)) {
    if (seq > newestSeq || count >= linesMax) return;
    count += 1;
    yield text;
  }
}

/** One piece of all downloads together in a turn of the event loop: journals are long, and heartbeats do not wait for them. */
class PieceTurns {
  #last = Promise.resolve();

  async *inTurn(pieces: Generator<string, void, undefined>): AsyncGenerator<string, void, undefined> {
    for (;;) {
      this.#last = this.#last.then(() => setImmediate());
      await this.#last;
      const piece = pieces.next();
      if (piece.done === true) return;
      yield piece.value;
    }
  }
}

function* pieces(lines: Iterable<string>): Generator<string, void, undefined> {
  let piece = '';
  for (const line of lines) {
    piece += `${line}\n`;
    if (piece.length < PIECE_CHARACTERS) continue;
    yield piece;
    piece = '';
  }
  yield piece;
}
