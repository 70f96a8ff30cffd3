import { linkName } from '../../../../../client/Network.ts';
import type { Rule } from '../../../../../shared/http/Rule.ts';
import type { LinkFaults } from '../../model/linkFaults.ts';
import type { Action } from './Actions.ts';
import { changesNetwork } from './networkActions.ts';

/** An id, or a word such as `*`. */
type End = string;

/** Frames from one to the other suffer these faults, in place of those that the page or the command line put there before. */
export function linkAction(from: End, to: End, faults: LinkFaults): Action {
  const name = linkName(from, to);
  return {
    ...changesNetwork,
    label: `${linkText(from, to, faults)}: ${faultWords(faults)}`,
    method: 'PUT',
    path: `/rules/${encodeURIComponent(name)}`,
    body: { from, to, ...faults } satisfies { [Key in keyof Rule]?: unknown },
    words: ['link', from, to, ...flagsOf(faults)],
  };
}

/** Nothing passes in this direction, or in both. */
export function cutAction(
  from: End,
  to: End,
  options: { readonly both?: boolean; readonly faults?: LinkFaults } = {},
): Action {
  const { both = false, faults = {} } = options;
  const action = linkAction(from, to, { ...faults, drop: 1, ...(both ? { both } : {}) });
  return { ...action, label: `Cut ${linkText(from, to, { both })}` };
}

export function removeRuleAction(name: string): Action {
  return {
    ...changesNetwork,
    label: `Without rule ${name}`,
    method: 'DELETE',
    path: `/rules/${encodeURIComponent(name)}`,
    body: undefined,
    words: ['link', '--remove', name],
  };
}

/** Lets go what a rule holds. */
export function releaseAction(name: string): Action {
  return {
    label: `Release what ${name} holds`,
    method: 'POST',
    path: `/rules/${encodeURIComponent(name)}/release`,
    body: {},
    words: ['release', name],
    needs: 'admin',
    asks: [],
    inverse: () => ({ none: 'Frames that arrived stay so.' }),
  };
}

function linkText(from: End, to: End, { both = false }: LinkFaults): string {
  if (from === '*' && to === '*') return 'All links';
  return both ? `${from} and ${to}` : `${from} to ${to}`;
}

function faultWords({ drop = 0, delay, reorder = 0, duplicate = 0, hold = false }: LinkFaults): string {
  const words = [
    ...(drop === 0 ? [] : [drop === 1 ? 'all lost' : `${percent(drop)} lost`]),
    ...(delay === undefined ? [] : [`delayed by ${delay}`]),
    ...(reorder === 0 ? [] : [`${percent(reorder)} out of order`]),
    ...(duplicate === 0 ? [] : [`${percent(duplicate)} twice`]),
    ...(hold ? ['held'] : []),
  ];
  return words.length === 0 ? 'no faults' : words.join(', ');
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}

function flagsOf({ drop, delay, reorder, duplicate, hold, both }: LinkFaults): string[] {
  return [
    ...(drop === undefined ? [] : ['--drop', String(drop)]),
    ...(delay === undefined ? [] : ['--delay', delay]),
    ...(reorder === undefined ? [] : ['--reorder', String(reorder)]),
    ...(duplicate === undefined ? [] : ['--duplicate', String(duplicate)]),
    ...(hold === true ? ['--hold'] : []),
    ...(both === true ? ['--both'] : []),
  ];
}
