import { Raft } from '../../peer/raft/Raft.ts';
import { ELECTION_PRESETS } from '../../peer/raft/options.ts';
import type { Effect, StorageStep, SnapshotMetadata } from '../../peer/raft/effect.ts';
import type { StoredRaftState } from '../../peer/raft/RaftState.ts';
import { configurationOf } from '../../peer/raft/configuration.ts';
import type { PeerId } from '../../shared/ids.ts';
import type { Input } from '../../peer/raft/input.ts';
import type { Entry } from '../../shared/messages/Entry.ts';

function rng(seed: number) { let a = seed >>> 0; return () => { a = (a + 0x6d2b79f5) | 0; let t = Math.imul(a ^ (a >>> 15), 1 | a); t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t; return ((t ^ (t >>> 14)) >>> 0) / 4294967296; }; }
interface Ev { at: number; n: number; run: () => void }
class Heap { a: Ev[] = []; push(e: Ev) { const a = this.a; a.push(e); let i = a.length - 1; while (i > 0) { const p = (i - 1) >> 1; if (less(a[i]!, a[p]!)) { [a[i], a[p]] = [a[p]!, a[i]!]; i = p; } else break; } } pop(): Ev | undefined { const a = this.a; const top = a[0]; const last = a.pop(); if (a.length && last) { a[0] = last; let i = 0; for (;;) { let m = i; const l = 2 * i + 1, r = l + 1; if (l < a.length && less(a[l]!, a[m]!)) m = l; if (r < a.length && less(a[r]!, a[m]!)) m = r; if (m === i) break; [a[i], a[m]] = [a[m]!, a[i]!]; i = m; } } return top; } }
const less = (x: Ev, y: Ev) => x.at < y.at || (x.at === y.at && x.n < y.n);

interface Disk { s: StoredRaftState; pendingSnap: Map<number, { meta: SnapshotMetadata; data: string }>; }
class Node {
  raft!: Raft; alive = false; inc = 0; deadline = Infinity; durable = 0; holds: { after: number; e: Effect }[] = [];
  machine: string[] = []; machineIndex = 0; incoming: Map<number, number> = new Map();
  disk: Disk; id: PeerId;
  constructor(id: PeerId, boot: StoredRaftState) { this.id = id; this.disk = { s: boot, pendingSnap: new Map() }; }
}
export function run(seed: number, opts: { steps?: number } = {}) {
  const r = rng(seed); const N = 3 + Math.floor(r() * 3); const spare = 2; const ids = Array.from({ length: N + spare }, (_, i) => `p${i + 1}` as PeerId);
  const voters = ids.slice(0, N);
  const heap = new Heap(); let seq = 0; let now = 0; const at = (ms: number, f: () => void) => heap.push({ at: now + ms, n: seq++, run: f });
  const preset = r() < 0.5 ? ELECTION_PRESETS.default : ELECTION_PRESETS.lab;
  const loss = r() * 0.15, dup = r() * 0.1, maxDelay = 1 + r() * 30, disk = r() * 10; const lease = preset.checkQuorum && r() < 0.3;
  const nodes = new Map<PeerId, Node>();
  for (const id of ids) nodes.set(id, new Node(id, { hardState: { currentTerm: 0, votedFor: null }, base: { index: 0, term: 0 }, entries: [], snapshot: null, bootstrap: voters.includes(id) ? configurationOf(voters) : configurationOf([]) }));
  const leaders = new Map<number, PeerId>(); const committed: { term: number; s: string }[] = []; let cut = new Set<string>();
  const stats = { commits: 0, snaps: 0, installs: 0, conf: 0, reads: 0, transfers: 0, crashes: 0, elections: 0, refused: {} as Record<string, number> };
  let reqId = 1; const readsAt = new Map<number, { min: number; node: PeerId }>(); let maxAckCommit = 0;
  const snapHistory = new Map<number, { machine: string[] }>();
  function step(n: Node, input: any) { const inc = n.inc; if (!n.alive) return; const effects = n.raft.step({ nowMs: now, ...input } as Input); for (const e of effects) { if (n.inc !== inc) return; carry(n, e); } const st = n.raft.status(now); if (st.role === 'leader') { const l = leaders.get(st.term); if (l === undefined) { leaders.set(st.term, n.id); stats.elections++; } else if (l !== n.id) throw new Error(`two leaders in ${st.term}: ${l} ${n.id}`); } }
  function deliver(n: Node, e: any) { const m = e.type === 'send' ? { type: e.message.type, body: structuredClone(e.message.body) } : chunk(n, e); if (!m) return; const to = e.to; const times = r() < dup ? 2 : 1; for (let i = 0; i < times; i++) { if (r() < loss) continue; const d = r() * maxDelay + (r() < 0.02 ? r() * 300 : 0); at(d, () => { if (cut.has(`${n.id}>${to}`)) return; const t = nodes.get(to); if (!t?.alive) return; step(t, { type: 'message', from: n.id, id: e.id, message: m }); }); } }
  const CH = 3;
  function chunk(n: Node, e: any) { const s = n.disk.s.snapshot; if (!s) return undefined; const snap = snapHistory.get(s.index)!; const off = e.lastIncludedIndex === s.index ? e.offset : 0; const total = Math.max(1, Math.ceil(snap.machine.length / 50)); const done = off + 1 >= Math.min(total, CH); return { type: 'InstallSnapshot', body: { term: e.term, lastIncludedIndex: s.index, lastIncludedTerm: s.term, configuration: structuredClone(s.configuration), offset: off, data: '', done } }; }
  function write(n: Node, steps: readonly StorageStep[]) { let s = { ...n.disk.s }; let entries = [...s.entries]; let base = s.base; for (const st of steps) { if (st.type === 'setHardState') s.hardState = st.hardState; else if (st.type === 'truncate') entries = entries.slice(0, st.fromIndex - base.index - 1); else if (st.type === 'append') { if (st.firstIndex !== base.index + entries.length + 1) throw new Error('gap on disk'); entries.push(...st.entries); } else { if (st.replacesLog) entries = []; else entries = entries.slice(Math.max(0, st.baseIndex - base.index)); base = { index: st.baseIndex, term: st.baseTerm }; s.snapshot = st.snapshot; } } s.entries = entries; s.base = base; n.disk.s = s; }
  function carry(n: Node, e: Effect) { const inc = n.inc; switch (e.type) {
    case 'persist': at(r() * disk, () => { if (n.inc !== inc || !n.alive) return; queueWrite(n, e); }); (n as any).q ??= []; (n as any).q.push(e); break;
    case 'send': case 'sendSnapshotChunk': if (e.after <= n.durable) deliver(n, e); else n.holds.push({ after: e.after, e }); break;
    case 'setDeadline': n.deadline = e.atMs; { const d = e.atMs; at(Math.max(0, d - now), () => { if (n.inc === inc && n.alive && n.deadline === d) step(n, { type: 'deadline' }); }); } break;
    case 'apply': { let i = e.firstIndex; for (const en of e.entries) { if (i !== n.machineIndex + 1) throw new Error(`apply gap ${n.id} ${i} after ${n.machineIndex}`); const s = JSON.stringify(en); const c = committed[i - 1]; if (c === undefined) { if (committed.length !== i - 1) throw new Error('commit hole'); committed.push({ term: en.term, s }); stats.commits++; } else if (c.s !== s) throw new Error(`state machine safety at ${i}: ${c.s} vs ${s}`); n.machine.push(s); n.machineIndex = i; i++; } maxAckCommit = Math.max(maxAckCommit, n.machineIndex); const idx = n.machineIndex; at(r() * 3, () => { if (n.inc === inc && n.alive) step(n, { type: 'applied', index: Math.min(idx, n.machineIndex) }); }); break; }
    case 'takeSnapshot': at(r() * 50, () => { if (n.inc !== inc || !n.alive) return; const index = n.raft.status(now).lastApplied; snapHistory.set(index, { machine: committed.slice(0, index).map((c) => c.s) }); stats.snaps++; step(n, { type: 'snapshotTaken', index }); }); break;
    case 'storeSnapshotChunk': at(r() * 5, () => { if (n.inc !== inc || !n.alive) return; const c = e.chunk; const have = n.incoming.get(c.lastIncludedIndex) ?? 0; if (c.offset !== have) return step(n, { type: 'snapshotChunkStored', from: e.from, id: e.id, requestTerm: c.term, lastIncludedIndex: c.lastIncludedIndex, nextOffset: have }); n.incoming.set(c.lastIncludedIndex, have + 1); if (!c.done) step(n, { type: 'snapshotChunkStored', from: e.from, id: e.id, requestTerm: c.term, lastIncludedIndex: c.lastIncludedIndex, nextOffset: have + 1 }); else { n.incoming.clear(); step(n, { type: 'snapshotStored', from: e.from, id: e.id, requestTerm: c.term, lastIncludedIndex: c.lastIncludedIndex, lastIncludedTerm: c.lastIncludedTerm, configuration: c.configuration, nextOffset: have + 1 }); } }); break;
    case 'restore': { stats.installs++; const c = committed[e.snapshot.index - 1]; if (!c || c.term !== e.snapshot.term) throw new Error('bad snapshot'); if (e.snapshot.index < n.machineIndex) throw new Error('restore backwards'); n.machine = snapHistory.get(e.snapshot.index)!.machine.slice(); n.machineIndex = e.snapshot.index; break; }
    case 'readReady': { stats.reads++; const rd = readsAt.get(e.requestId); if (rd && e.index < rd.min) throw new Error(`stale read: index ${e.index} < ${rd.min} lease=${lease}`); break; }
    case 'refused': stats.refused[e.reason] = (stats.refused[e.reason] ?? 0) + 1; break;
    case 'transferred': stats.transfers++; break;
    case 'accepted': break;
    case 'report': if (e.event.type === 'configurationChanged') stats.conf++; if (e.event.type==='ignored' && e.event.reason==='impossible') throw new Error('impossible message '+e.messageId); break;
    default: throw new Error(e satisfies never);
  } }
  function queueWrite(n: Node, e: any) { const q = (n as any).q as any[]; while (q.length && q[0].sequence <= e.sequence) { const w = q.shift(); write(n, w.steps); n.durable = w.sequence; } const inc = n.inc; step(n, { type: 'persisted', sequence: n.durable }); if (n.inc !== inc) return; const go = n.holds.filter((h) => h.after <= n.durable); n.holds = n.holds.filter((h) => h.after > n.durable); for (const h of go) deliver(n, h.e); }
  function start(n: Node) { n.alive = true; n.inc++; n.durable = 0; n.holds = []; (n as any).q = []; n.incoming = new Map(); n.deadline = Infinity; const s = n.disk.s; n.raft = new Raft({ id: n.id, random: r, ...preset, noOpOnElection: true, snapshotEntries: 40, trailingEntries: Math.floor(seed % 12), entriesPerMessageMax: 8 + (seed % 7), messagesInFlightMax: 2 + (seed % 5), leaseReads: lease } as any, s); n.machineIndex = s.snapshot?.index ?? 0; n.machine = s.snapshot ? snapHistory.get(s.snapshot.index)!.machine.slice() : []; step(n, { type: 'start' }); }
  function crash(n: Node) { n.alive = false; n.inc++; stats.crashes++; }
  for (const n of nodes.values()) start(n);
  const horizon = 20000; const calm = 14000;
  const rand = <T>(a: T[]) => a[Math.floor(r() * a.length)]!;
  const all = [...nodes.values()];
  let pending = 0;
  function client() { if (now > horizon - 500) return; const n = rand(all); if (n.alive) { const k = r(); if (k < 0.8) step(n, { type: 'propose', proposals: Array.from({ length: 1 + Math.floor(r() * 4) }, () => ({ requestId: reqId++, command: `c${reqId}` })) }); else if (k < 0.95) { const id = reqId++; readsAt.set(id, { min: maxAckCommit, node: n.id }); step(n, { type: 'read', requestId: id }); } else if (k < 0.97) { const members = ids.filter(() => r() < 0.7); if (members.length >= 3 && now < calm) { const learners = members.filter(() => r() < 0.3); step(n, { type: 'changeMembership', requestId: reqId++, voters: members.filter((m) => !learners.includes(m)), learners }); } } else if (k < 0.99) step(n, { type: 'transfer', requestId: reqId++, to: rand(ids) }); else step(n, { type: 'stepDown' }); } at(r() * 20, client); }
  for (let i = 0; i < 3; i++) client();
  function nemesis() { if (now > calm) { cut = new Set(); for (const n of all) if (!n.alive) start(n); return; } const k = r(); if (k < 0.3) { cut = new Set(); } else if (k < 0.6) { cut = new Set(); const side = new Set(ids.filter(() => r() < 0.5)); for (const a of ids) for (const b of ids) if (side.has(a) !== side.has(b)) cut.add(`${a}>${b}`); } else if (k < 0.7) { cut.add(`${rand(ids)}>${rand(ids)}`); } else { const n = rand(all); if (n.alive) { crash(n); at(r() * 1500, () => { if (!n.alive) start(n); }); } } at(r() * 700, nemesis); }
  at(500, nemesis);
  let guard = 0; let commitAtCalm = 0;
  try { for (;;) { const e = heap.pop(); if (!e || e.at > horizon) break; if (now <= calm + 2000 && e.at > calm + 2000) commitAtCalm = committed.length; now = e.at; e.run(); if (++guard > 3e6) throw new Error('too many events'); } } catch (err) { (err as Error).message = `seed ${seed} at ${now.toFixed(1)}: ${(err as Error).message}`; throw err; }
  if (committed.length <= commitAtCalm) throw new Error(`seed ${seed}: no progress after calm (${commitAtCalm} ${committed.length}) N=${N} preset prevote=${preset.preVote} ${JSON.stringify(all.map((n) => { const s = n.raft.status(now); return [n.id, n.alive, s.role, s.term, s.leader, s.lastLogIndex, s.commitIndex, s.voters.join(), s.votersOutgoing.join(), s.learners.join(), s.progress]; }), null, 0)}`);
  return { ...stats, events: guard };
}
const from = Number(process.argv[2] ?? 1), count = Number(process.argv[3] ?? 50); const total: any = {}; const t0 = Date.now(); let fails = 0;
for (let s = from; s < from + count; s++) { try { const st: any = run(s); for (const k of Object.keys(st)) if (typeof st[k] === 'number') total[k] = (total[k] ?? 0) + st[k]; else for (const q of Object.keys(st[k])) total['refused.' + q] = (total['refused.' + q] ?? 0) + st[k][q]; } catch (e) { fails++; console.log((e as Error).message.slice(0, 1500)); if (!(e as Error).message.includes('progress')) console.log((e as Error).stack?.split('\n').slice(1, 9).join('\n')); if (fails > 5) break; } }
console.log(JSON.stringify(total), `${Date.now() - t0} ms`, 'fails', fails);
