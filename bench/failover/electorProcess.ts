// A peer with a key-value store on disk, in a process of its own, which remembers when it heard of which leader. Its one argument is what
// `Peer.start` takes, as JSON.
import { Peer, type PeerOptions } from '../../peer/index.ts';
import { KeyValueMachine } from '../../peer/machine/keyValue/KeyValueMachine.ts';
import type { KeyValueCommand, KeyValueResult } from '../../shared/keyValue.ts';
import { serveBench } from '../support/childProtocol.ts';
import { monotonicMs, type ElectorQuestion, type ElectorStatus, type Following } from './protocol.ts';

const TERMS_KEPT = 64;
const PUT_WITHIN_MS = 3000;

let peer: Peer<KeyValueCommand, KeyValueResult> | undefined;
let following: Omit<Following, 'terms'> | undefined;
const terms: { term: number; atMs: number }[] = [];
let waiting: { readonly term: number; readonly answer: (following: Following | null) => void } | undefined;
let puts = 0;

function running(): Peer<KeyValueCommand, KeyValueResult> {
  if (peer === undefined) throw new Error('the peer has not started');
  return peer;
}

function listen(started: Peer<KeyValueCommand, KeyValueResult>): void {
  started.events.on('termChanged', ({ to }) => {
    terms.push({ term: to, atMs: monotonicMs() });
    if (terms.length > TERMS_KEPT) terms.shift();
  });
  started.events.on('leaderChanged', ({ leader, term }) => {
    following = leader === null ? undefined : { leader, term, sinceMs: monotonicMs() };
    answerIfKnown();
  });
}

function answerIfKnown(): void {
  if (waiting === undefined || following === undefined || following.term < waiting.term) return;
  waiting.answer({ ...following, terms });
  waiting = undefined;
}

function leaderFrom(term: number, withinMs: number): Promise<Following | null> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => {
      waiting = undefined;
      resolve(null);
    }, withinMs);
    const answer = (known: Following | null): void => {
      clearTimeout(timer);
      resolve(known);
    };
    waiting = { term, answer };
    answerIfKnown();
  });
}

async function put(): Promise<number | null> {
  const beganMs = monotonicMs();
  puts += 1;
  try {
    await running().propose({ type: 'put', key: 'trial', value: `${puts}` }, { timeoutMs: PUT_WITHIN_MS });
    return monotonicMs() - beganMs;
  } catch {
    // Another one leads, or nobody.
    return null;
  }
}

function status(): ElectorStatus {
  const { term, leader, lastLogIndex, connected } = running().status();
  return { term, leader, lastLogIndex, isConnected: connected };
}

async function answer(asked: unknown): Promise<unknown> {
  const question = asked as ElectorQuestion;
  switch (question.type) {
    case 'status':
      return status();
    case 'put':
      return put();
    case 'leaderFrom':
      return leaderFrom(question.term, question.withinMs);
    default:
      return question satisfies never;
  }
}

await serveBench(
  async () => {
    const options = JSON.parse(process.argv[2] ?? '{}') as PeerOptions<KeyValueCommand, KeyValueResult>;
    peer = await Peer.start<KeyValueCommand, KeyValueResult, unknown, unknown>({
      ...options,
      machine: new KeyValueMachine(),
    });
    listen(peer);
    // A peer that stops by itself spoils the run: say so by ending.
    peer.stopped.catch((error: unknown) => {
      console.error(error);
      process.exit(1);
    });
    return 0;
  },
  async () => peer?.stop(),
  answer,
);
