import type { Profile } from '../shared/http/Network.ts';
import type { Rule } from '../shared/http/Rule.ts';
import type { NetworkOptions } from './Network.ts';

const EVERYBODY = { from: '*', to: '*' } as const;

/** A network's options as a profile of the fault engine. Every message is on its own, so all that delays is `reorder`. */
export function weatherOf(options: NetworkOptions): Profile {
  const { delayMsMin, delayMsMax, lossRate, duplicateRate, reorderRate, reorderMsMax } = options;
  const duplicateMsMax = options.duplicateMsMax ?? delayMsMax - delayMsMin;
  const rules: Record<string, Rule> = {};
  if (lossRate > 0) rules['loss'] = { ...EVERYBODY, drop: lossRate };
  rules['travel'] = { ...EVERYBODY, reorder: { probability: 1, delay: range(delayMsMin, delayMsMax) } };
  if (reorderRate > 0) {
    rules['late'] = { ...EVERYBODY, reorder: { probability: reorderRate, delay: range(0, reorderMsMax) } };
  }
  if (duplicateRate > 0) {
    const delay = range(0, duplicateMsMax);
    rules['doubles'] = { ...EVERYBODY, duplicate: { probability: duplicateRate, delay } };
  }
  return { name: 'weather', rules, inFlight: 'delivered' };
}

function range(fromMs: number, toMs: number): string {
  return `${fromMs}ms..${Math.max(fromMs, toMs)}ms`;
}
