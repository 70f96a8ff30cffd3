import type { RuleView } from '../../../../../shared/http/Network.ts';
import type { Rule as NetworkRule } from '../../../../../shared/http/Rule.ts';
import type { PeerId } from '../../../../../shared/ids.ts';
import { connectionText } from '../describePeer.ts';
import { groupsInForce, isCut } from '../groups.ts';
import { peerOf } from '../crown.ts';
import { rulesOn } from '../frames/rulesOn.ts';
import type { Reason } from './Explanation.ts';
import type { Facts } from './Facts.ts';
import { aboutLink, aboutPeer, reason } from './reasons.ts';
import { RULES } from './rules.ts';

/** Why one peer is not there for any other; null when it is. */
export function whyAway(facts: Facts, id: PeerId): Reason | null {
  const { picture, nowMs } = facts;
  const process = picture.processes?.processes.find((of) => of.id === id);
  if (process !== undefined && process.state !== 'running') {
    return reason(`${id}'s process is ${PROCESS_WORDS[process.state]}`, RULES.network, [aboutPeer(id)]);
  }
  const peer = peerOf(picture, id);
  if (peer === undefined) return reason(`${id} never connected`, RULES.network);
  if (peer.view.connected) return null;
  return reason(`${id} is ${connectionText(peer, nowMs)}`, RULES.network, [aboutPeer(id)]);
}

const PROCESS_WORDS = {
  paused: 'paused: it neither hears nor says anything',
  down: 'down',
  restarting: 'being started again',
  over: 'over, and is not started again',
} as const;

/** What keeps frames of a type from getting from one peer to another: certain things only. Null when nothing is known to. */
export function obstacle(facts: Facts, from: PeerId, to: PeerId, type: string): Reason | null {
  return whyAway(facts, from) ?? whyAway(facts, to) ?? partitioned(facts, from, to) ?? ruledOut(facts, from, to, type);
}

/** The same for a question and its answer, whichever is stopped first. */
export function obstacleBothWays(facts: Facts, from: PeerId, to: PeerId, type: string): Reason | null {
  return obstacle(facts, from, to, type) ?? obstacle(facts, to, from, `${type}Reply`);
}

/** Those with whom it can exchange such frames, itself among them. */
export function reachedBy(facts: Facts, id: PeerId, others: readonly PeerId[], type: string): ReadonlySet<PeerId> {
  return new Set(others.filter((other) => other === id || obstacleBothWays(facts, id, other, type) === null));
}

function partitioned({ picture }: Facts, from: PeerId, to: PeerId): Reason | null {
  const { partition, peers } = picture;
  if (partition === null) return null;
  const groups = groupsInForce(
    partition,
    peers.map(({ view }) => view.id),
  );
  const evidence = [aboutLink(from, to)];
  if (isCut(groups, from, to)) {
    const sides = groups.map((group) => group.join(' ')).join(' | ');
    return reason(`the partition ${sides} lets nothing pass from one side to the other`, RULES.network, evidence);
  }
  // One direction each, unlike the groups.
  if (partition.cuts?.some(([a, b]) => a === from && b === to) !== true) return null;
  return reason(`the partition cuts frames from ${from} to ${to}`, RULES.network, evidence);
}

function ruledOut({ network, picture }: Facts, from: PeerId, to: PeerId, type: string): Reason | null {
  for (const { name, rule, ageMs } of rulesOn(network?.rules ?? [], picture, from, to)) {
    if (!stopsAll(rule) || !isInForce(rule, ageMs) || !meansType(rule, type)) continue;
    const does = rule.hold === true ? 'holds' : 'drops';
    return reason(`rule ${name} ${does} ${type} from ${from} to ${to}`, RULES.network, [aboutLink(from, to)]);
  }
  return null;
}

/** Whether every frame that it means gets nowhere for now. */
function stopsAll({ drop, hold, skip, every, first, probability, flap }: NetworkRule): boolean {
  const isWhole = skip === undefined && first === undefined && (every ?? 1) === 1 && (probability ?? 1) === 1;
  return isWhole && flap === undefined && (drop === 1 || hold === true);
}

function isInForce({ startAfterMs = 0, ttlMs = Infinity }: NetworkRule, ageMs: RuleView['ageMs']): boolean {
  return ageMs >= startAfterMs && ageMs < ttlMs;
}

function meansType({ types }: NetworkRule, type: string): boolean {
  return types === undefined || types.some((word) => isOfType(word, type));
}

function isOfType(word: string, type: string): boolean {
  if (word === '@requests') return !type.endsWith('Reply');
  if (word === '@replies') return type.endsWith('Reply');
  return word === type;
}
