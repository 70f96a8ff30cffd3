import t from 'tap';
import { lineTrace, parseTraceTopics, SILENT_TRACE, TRACE_TOPICS, type TraceRecord } from '../../shared/trace.ts';

const record: TraceRecord = {
  timeMs: 1_790_000_000_000.25,
  cluster: 'demo',
  node: 'p1',
  topic: 'vote',
  event: 'voteRefused',
  role: 'follower',
  term: 4,
  leader: null,
  messageId: 'p2/17',
  details: { refusal: 'alreadyVoted' },
};

t.test('a trace writes the chosen topics, one JSON object a line', async (t) => {
  const lines: string[] = [];
  const trace = lineTrace(['vote', 'election'], (line) => lines.push(line));
  for (const topic of TRACE_TOPICS) {
    t.equal(trace.wants(topic), topic === 'vote' || topic === 'election', topic);
    trace.write({ ...record, topic, details: { text: 'a\nb\u2028c' } });
  }
  t.equal(lines.length, 2, 'what nobody wants is not written, even unasked');
  trace.write(record);
  const [election, vote, plain] = lines;
  t.equal((JSON.parse(election ?? '') as TraceRecord).topic, 'election');
  t.equal((JSON.parse(vote ?? '') as TraceRecord).topic, 'vote');
  t.same(JSON.parse(plain ?? ''), record, 'nothing is lost on the way');
  for (const line of lines) t.notMatch(line, /\n/);
});

t.test('the silent trace wants nothing', async (t) => {
  for (const topic of TRACE_TOPICS) t.equal(SILENT_TRACE.wants(topic), false);
  t.doesNotThrow(() => SILENT_TRACE.write(record));
});

t.test('topics are read from text', async (t) => {
  t.same(parseTraceTopics('all'), TRACE_TOPICS);
  t.same(parseTraceTopics('vote'), ['vote']);
  t.same(parseTraceTopics(' election , timer'), ['election', 'timer']);
  for (const text of ['', 'votes', 'vote,', 'all,vote', 'VOTE']) {
    t.throws(() => parseTraceTopics(text), {
      name: 'RangeError',
      message: /is not a trace topic: use all, or some of/,
    });
  }
});
