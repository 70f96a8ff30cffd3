/** A stream of a source that is read only as fast as it is asked. */
export function streamOf<Piece>(source: AsyncIterable<Piece>): ReadableStream<Piece> {
  const iterator = source[Symbol.asyncIterator]();
  return new ReadableStream<Piece>({
    pull: async (controller) => {
      const next = await iterator.next();
      if (next.done === true) controller.close();
      else controller.enqueue(next.value);
    },
    cancel: async () => {
      await iterator.return?.();
    },
  });
}

/** Browsers differ in whether a stream can be iterated. */
export async function* piecesOf<Piece>(stream: ReadableStream<Piece>): AsyncGenerator<Piece, void, undefined> {
  const reader = stream.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } finally {
    // Ends the source too, whether all of it was wanted or not; one that failed has ended.
    await reader.cancel().catch(() => undefined);
  }
}
