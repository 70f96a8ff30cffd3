import type { RivalLevel, RivalResult } from '../rivals/measureRivals.ts';
import type { Rival } from '../rivals/rival.ts';
import type { Finding, Measured } from '../support/goals.ts';
import { number, spread } from '../support/reportParts.ts';
import { table } from '../support/table.ts';
import type { CommitFigures, LevelResult, LoadSource } from './result.ts';

/** What each does about durability, and how it is driven. */
const RIVAL_WORDS: Record<Rival, { readonly name: string; readonly syncs: string }> = {
  etcd: { name: 'etcd', syncs: 'every write synced' },
  zmqRaft: { name: 'zmq-raft', syncs: 'its log synced (fdatasync) before it answers' },
  liferaft: { name: 'liferaft', syncs: 'LevelDB, not synced; commands in turn, a transport over TCP made for this' },
  antietcd: { name: 'antietcd', syncs: 'in memory, nothing written' },
};
/** Seen of etcd on such a machine with its own Go client at 64 outstanding: 16,091, of which half as much again is wanted. */
const PUTS_64_GOAL = 24_137;
const COMPARED = [16, 64, 256];

export function nameOf(rival: Rival): string {
  return RIVAL_WORDS[rival].name;
}

export function rivalsPart({ rivals }: CommitFigures): string | undefined {
  if (rivals.length === 0) return undefined;
  const words = rivals
    .filter(({ skipped }) => skipped === undefined)
    .map(({ rival, version }) => {
      const { name, syncs } = RIVAL_WORDS[rival];
      return rival === 'etcd' ? `${name} (by etcd3 ${version}): ${syncs}` : `${name} ${version}: ${syncs}`;
    });
  const rows = rivals.flatMap(({ rival, levels }) => levels.map((level) => rowOf(rival, level)));
  const troubles = rivals.flatMap(({ rival, levels, skipped }) => [
    ...(skipped === undefined ? [] : [`${nameOf(rival)} was not measured: ${skipped}.`]),
    ...levels.flatMap(({ source, outstanding, trouble }) =>
      trouble === undefined
        ? []
        : [`${nameOf(rival)}, ${source}, ${outstanding} outstanding has no figure: ${trouble}.`],
    ),
  ]);
  return [
    '### Beside others',
    `In the same run, one after the other, three servers each on the same disk, the same values, and for each level servers of its own. ` +
      `After each level what was put is read back: what failed, or lost any of it, has no figure. ${words.join('; ')}.`,
    ...(rows.length === 0 ? [] : [table(['of', 'asked by', 'outstanding', 'a second', 'median ms', 'p99 ms'], rows)]),
    ...(troubles.length === 0 ? [] : [troubles.map((trouble) => `- ${trouble}`).join('\n')]),
  ].join('\n\n');
}

function rowOf(rival: Rival, { what, source, outstanding, figures }: RivalLevel): string[] {
  const start = [`${nameOf(rival)}, ${what}s`, sourceWords(source), number(outstanding)];
  if (figures === undefined) return [...start, 'none', '', ''];
  return [...start, spread(figures.perSecond, 0), spread(figures.medianMs, 2), spread(figures.p99Ms, 2)];
}

export function sourceWords(source: LoadSource): string {
  return { client: 'a client', 'two clients': 'two clients', leader: "the leader's process" }[source];
}

/** What the run says about the goals; nothing about those for which something was not measured. */
export function goals(figures: CommitFigures): Measured {
  const { levels, rivals } = figures;
  const ours = (what: LevelResult['what'], source: LoadSource, outstanding: number): LevelResult | undefined =>
    levels.find((level) => level.what === what && level.source === source && level.outstanding === outstanding);
  const etcd = rivals.find(({ rival }) => rival === 'etcd');
  const put64 = ours('put', 'client', 64)?.commitsPerSecond.median;
  return withoutGaps({
    puts256: overEtcd(ours('put', 'client', 256), etcd, 'put', 4.5),
    reads256: overEtcd(ours('read', 'client', 256), etcd, 'read', 2),
    puts64: put64 === undefined ? undefined : { measured: `${number(put64)} a second`, isMet: put64 >= PUTS_64_GOAL },
    putsOne: medianBeside(ours('put', 'client', 1), etcd),
    ...Object.fromEntries(
      (['zmqRaft', 'liferaft', 'antietcd'] as const).map((rival) => [
        rival,
        ahead(
          levels,
          rivals.find((each) => each.rival === rival),
        ),
      ]),
    ),
  });
}

function withoutGaps(found: Readonly<Record<string, Finding | undefined>>): Measured {
  return Object.fromEntries(Object.entries(found).filter(([, finding]) => finding !== undefined));
}

function theirs(rival: RivalResult | undefined, what: RivalLevel['what'], source: LoadSource, outstanding: number) {
  const level = rival?.levels.find(
    (each) => each.what === what && each.source === source && each.outstanding === outstanding,
  );
  return level?.figures;
}

/** Beside one client process of etcd's; what two of them got is told too. */
function overEtcd(
  level: LevelResult | undefined,
  etcd: RivalResult | undefined,
  what: RivalLevel['what'],
  goal: number,
): Finding | undefined {
  const one = theirs(etcd, what, 'client', 256)?.perSecond.median;
  const two = theirs(etcd, what, 'two clients', 256)?.perSecond.median;
  if (level === undefined || one === undefined) return undefined;
  const { median } = level.commitsPerSecond;
  const besideTwo = two === undefined ? '' : `; ${(median / two).toFixed(2)} × with two clients (${number(two)})`;
  const measured = `${(median / one).toFixed(2)} × (${number(median)} beside ${number(one)})${besideTwo}`;
  return { measured, isMet: median / one >= goal };
}

function medianBeside(level: LevelResult | undefined, etcd: RivalResult | undefined): Finding | undefined {
  const beside = theirs(etcd, 'put', 'client', 1)?.medianMs.median;
  if (level === undefined || beside === undefined) return undefined;
  const { median } = level.medianMs;
  return { measured: `${number(median, 2)} ms beside ${number(beside, 2)} ms`, isMet: median <= beside };
}

/** At each level that both have, asked from the same place. A level at which theirs failed or lost data is none to be ahead of. */
function ahead(levels: readonly LevelResult[], rival: RivalResult | undefined): Finding | undefined {
  if (rival === undefined || rival.levels.length === 0) return undefined;
  const ratios = levels.flatMap(({ what, source, outstanding, commitsPerSecond }) => {
    const beside = theirs(rival, 'put', source, outstanding)?.perSecond.median;
    if (what !== 'put' || !COMPARED.includes(outstanding) || beside === undefined) return [];
    return [{ source, outstanding, ratio: commitsPerSecond.median / beside }];
  });
  const failed = rival.levels.filter((each) => each.figures === undefined);
  const texts = ratios.map(
    ({ source, outstanding, ratio }) => `${ratio.toFixed(2)} × at ${outstanding}${leaders(source)}`,
  );
  const failures = failed.map(
    ({ source, outstanding }) => `theirs failed or lost data at ${outstanding}${leaders(source)}`,
  );
  // One that was never seen to work is none to be ahead of.
  const isAhead = ratios.every(
    ({ outstanding, ratio }) => ratio > (rival.rival === 'zmqRaft' && outstanding === 64 ? 2 : 1),
  );
  return { measured: [...texts, ...failures].join(', '), isMet: isAhead && ratios.length > 0 };
}

function leaders(source: LoadSource): string {
  return source === 'leader' ? " (leader's process)" : '';
}
