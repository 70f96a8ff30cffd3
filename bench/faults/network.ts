import type { Rule } from '../../shared/http/Rule.ts';
import type { NetworkRequest } from '../../shared/http/Network.ts';
import { peerId } from '../../shared/ids.ts';
import type { Child } from '../support/Child.ts';
import { connect } from '../support/Target.ts';

/** Whom the partition keeps away from everybody else. */
const BYSTANDER = peerId('bystander');

/** Ten rules that mean every frame and draw for it, and practically never strike: what is measured is the asking. */
const TEN_RULES: Readonly<Record<string, Rule>> = Object.fromEntries(
  Array.from({ length: 10 }, (_, at) => [`rule${at + 1}`, { from: '*', to: '*', drop: 1e-12 }]),
);

export const NOTHING: NetworkRequest = { rules: {} };

export const ONLY_RULES: NetworkRequest = { rules: TEN_RULES };

/** One that keeps somebody else away, so that every frame is held against it and passes. */
export const ONLY_A_PARTITION: NetworkRequest = { partition: { groups: [[BYSTANDER]] } };

export const TEN_RULES_AND_A_PARTITION: NetworkRequest = { ...ONLY_RULES, ...ONLY_A_PARTITION };

/** Makes a cluster known to a relay, and puts faults in force in it. */
export async function putInForce(child: Child, cluster: string, network: NetworkRequest): Promise<void> {
  const socket = await connect({ name: 'relay', child }, cluster, BYSTANDER);
  socket.destroy();
  await request(child, cluster, 'PUT', 'network', network);
}

/** @throws {Error} with what the relay said, when it refuses */
export async function request(
  child: Child,
  cluster: string,
  method: string,
  path: string,
  body?: unknown,
): Promise<unknown> {
  const response = await fetch(`http://127.0.0.1:${child.port}/api/clusters/${cluster}/${path}`, {
    method,
    ...(body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
  });
  if (!response.ok) throw new Error(`${method} ${path}: ${await response.text()}`);
  return response.json();
}
