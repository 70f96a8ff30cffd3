import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import t from 'tap';
import { CANONICAL_HEAD, decodeFrame, encodeFrame, encodeHead, RELAY_ADDRESS } from '../shared/envelope.ts';
import { peerId } from '../shared/ids.ts';
import {
  CLIENT_MESSAGES,
  CONTROL_MESSAGES,
  isMessageType,
  isRaftMessageType,
  isRequestType,
  MESSAGES,
  type MessageType,
  PROTOCOL_VERSION,
  RAFT_MESSAGES,
} from '../shared/protocol.ts';
import { validateBody } from '../shared/validate.ts';
import { arbitraryOf } from './support/arbitraryBody.ts';

/** The hash of everything that goes over the wire, for each version of the protocol. */
const PINNED: Readonly<Record<number, string>> = {
  1: 'e5cef2a4dcc27ce0eb71f41a7105b676668678b554121ccf97509e6143f38d9b',
  2: 'b448b03261c720db065780813fa6ee9c9dfc444090f75492a5f19bd8a5dafcfc',
};

const types = Object.keys(MESSAGES) as MessageType[];

/** A schema without what is said for people, its keys sorted: only a change of meaning changes it. */
function meaningOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(meaningOf);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([key, held]) => key !== 'description' || typeof held !== 'string');
  entries.sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, held]) => [key, meaningOf(held)]));
}

function wireHash(messages: Readonly<Record<string, object>>, head: RegExp): string {
  const sample = encodeHead({ type: 'Ping', from: peerId('p1'), to: RELAY_ADDRESS, id: 1 });
  return createHash('sha256')
    .update(JSON.stringify([meaningOf(messages), head.source, sample]))
    .digest('hex');
}

const INSTRUCTIONS = [
  'If the change is not meant, take it back: peers and relays of one version would no longer understand each other.',
  'If it is meant, raise PROTOCOL_VERSION in shared/protocol.ts, add its hash ("actual" above) to PINNED in this test,',
  'and describe the change in docs/PROTOCOL.md and CHANGELOG.md.',
  'Only a version that was never released may get a new hash in place.',
];

t.test('nothing on the wire changed without a new protocol version', (t) => {
  t.equal(
    wireHash(MESSAGES, CANONICAL_HEAD),
    PINNED[PROTOCOL_VERSION],
    `the wire is what version ${PROTOCOL_VERSION} was pinned to`,
    { whatToDo: INSTRUCTIONS },
  );
  t.same(
    Object.keys(PINNED).map(Number),
    Array.from({ length: PROTOCOL_VERSION }, (_, index) => index + 1),
    'every version is pinned, and stays so',
  );
  t.end();
});

t.test('the hash sees every change of meaning, and no change of words', (t) => {
  const pinned = wireHash(MESSAGES, CANONICAL_HEAD);
  const changed = (change: (body: Record<string, Record<string, unknown>>) => void) => {
    const copy = structuredClone(JSON.parse(JSON.stringify(MESSAGES)) as Record<string, Record<string, unknown>>);
    const properties = copy['RequestVote']?.['properties'] as Record<string, Record<string, unknown>>;
    change(properties);
    return wireHash(copy, CANONICAL_HEAD);
  };
  t.equal(
    changed(() => undefined),
    pinned,
  );
  t.not(
    changed((properties) => (properties['more'] = { type: 'boolean' })),
    pinned,
    'a field more',
  );
  t.not(
    changed((properties) => Reflect.deleteProperty(properties, 'term')),
    pinned,
    'a field less',
  );
  t.not(
    changed((properties) => Object.assign(properties['term'] ?? {}, { minimum: 1 })),
    pinned,
    'a bound',
  );
  t.equal(
    changed((properties) => Object.assign(properties['term'] ?? {}, { description: 'other words' })),
    pinned,
    'a description',
  );
  const { Ping, ...fewer } = MESSAGES;
  t.ok(Ping);
  t.not(wireHash(fewer, CANONICAL_HEAD), pinned, 'a message less');
  t.not(wireHash(MESSAGES, /^\{"from":/), pinned, 'another head');
  t.end();
});

t.test('every message makes its way: encoded, decoded, validated', (t) => {
  for (const type of types) {
    const head = { type, from: peerId('p1'), to: peerId('p2') };
    fc.assert(
      fc.property(arbitraryOf(MESSAGES[type]), fc.maxSafeNat(), (body, id) => {
        const decoded = decodeFrame(encodeFrame({ ...head, id, body }));
        assert.ok(decoded.ok && decoded.canonical);
        assert.deepEqual(decoded.frame, { ...head, id, body });
        assert.deepEqual(validateBody(type, decoded.frame.body), { ok: true, message: { type, body } });
      }),
      { numRuns: 150 },
    );
    t.pass(type);
  }
  t.end();
});

t.test('a body with a field missing, a field more or a field of another kind is refused, and told where', (t) => {
  for (const type of types) {
    const { properties, required = [] } = MESSAGES[type] as unknown as { properties: object; required?: string[] };
    fc.assert(
      fc.property(arbitraryOf(MESSAGES[type]) as fc.Arbitrary<Record<string, unknown>>, (body) => {
        for (const key of required) {
          const { [key]: _missing, ...rest } = body;
          assertRefused(type, rest, key);
        }
        for (const key of Object.keys(properties)) assertRefused(type, { ...body, [key]: Symbol.iterator }, key);
        assertRefused(type, { ...body, unheardOf: 1 }, '');
      }),
      { numRuns: 25 },
    );
    for (const body of [null, undefined, 7, 'text', [], () => 7]) assertRefused(type, body, '');
    t.pass(type);
  }
  t.end();
});

function assertRefused(type: MessageType, body: unknown, where: string): void {
  const validated = validateBody(type, body);
  assert.ok(!validated.ok);
  assert.equal(validated.code, 'FRAME_BODY_INVALID');
  assert.ok(validated.message.startsWith(`the body is not a ${type}`), validated.message);
  assert.ok(validated.message.includes(where), validated.message);
}

t.test('numbers beyond what JSON carries exactly are refused', (t) => {
  const body = { term: 1, lastLogIndex: 0, lastLogTerm: 0, leadershipTransfer: false };
  t.equal(validateBody('RequestVote', body).ok, true);
  for (const wrong of [-1, 1.5, Number.NaN, Infinity, 2 ** 53, '1', null]) {
    t.equal(validateBody('RequestVote', { ...body, term: wrong }).ok, false, `term ${String(wrong)}`);
    t.equal(validateBody('RequestVote', { ...body, lastLogIndex: wrong }).ok, false, `lastLogIndex ${String(wrong)}`);
  }
  t.end();
});

t.test('where a body is wrong is looked for in small ones only', (t) => {
  const body = { replies: Array.from({ length: 1025 }, () => ({ requestId: 1, ok: true, value: null })) };
  t.match(validateBody('ClientReply', body, 16_384), { ok: false, message: /"body\/replies" must not/ });
  t.match(validateBody('ClientReply', body, 16_385), { ok: false, message: /^the body is not a ClientReply$/ });
  t.end();
});

t.test('validation never throws, and is quick to refuse', (t) => {
  fc.assert(
    fc.property(fc.constantFrom(...types), fc.anything(), (type, body) => {
      const validated = validateBody(type, body);
      if (validated.ok) assert.deepEqual(validated.message, { type, body });
    }),
    { numRuns: 2000 },
  );
  t.pass('for anything');
  t.end();
});

t.test('types are told apart', (t) => {
  const kinds = [RAFT_MESSAGES, CLIENT_MESSAGES, CONTROL_MESSAGES].flatMap((messages) => Object.keys(messages));
  t.same(types.sort(), kinds.sort(), 'no type is of two kinds');
  for (const type of types) {
    t.ok(isMessageType(type));
    t.equal(isRaftMessageType(type), type in RAFT_MESSAGES, type);
    t.match(type, /^[A-Za-z][A-Za-z0-9]{0,63}$/, 'the envelope allows it');
  }
  for (const stranger of ['', 'requestvote', 'toString', '__proto__', 'constructor']) {
    t.notOk(isMessageType(stranger) || isRaftMessageType(stranger) || isRequestType(stranger), stranger);
  }
  const requests = types.filter(isRequestType).sort();
  const answered = ['AppendEntries', 'InstallSnapshot', 'PreVote', 'ReadIndex', 'RequestVote'];
  t.same(requests, [...answered, 'TimeoutNow'], 'the calls that the lab counts; TimeoutNow is answered by an election');
  for (const request of answered) {
    const reply = `${request}Reply`;
    if (!isRaftMessageType(reply)) throw new Error(`${request} has no reply`);
    const { required } = RAFT_MESSAGES[reply] as unknown as { required: string[] };
    for (const field of ['term', 'requestTerm', 'inReplyTo']) {
      t.ok(required.includes(field), `${reply} names its request by ${field}`);
    }
  }
  t.end();
});
