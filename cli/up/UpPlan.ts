import { X509Certificate } from 'node:crypto';
import { join, resolve } from 'node:path';
import { readCertificate } from '../../server/locks/CertificateFiles.ts';
import type { ElectionOptions } from '../../peer/raft/options.ts';
import { WhitewaterError } from '../../shared/errors.ts';
import type { ClusterId, PeerId } from '../../shared/ids.ts';
import { electionOf, replicationOf, SEED } from '../settings/clusterSettings.ts';
import { ALLOW_HOST, FRAME_BYTES_MAX_SETTING, HOST, PORT, TOKENS_FILE, tlsOf } from '../settings/relaySettings.ts';
import { variableOf } from '../settings/Setting.ts';
import type { Settings } from '../settings/Settings.ts';
import { CLUSTER, SECRET_FILE, TOKEN, TRACE } from '../settings/sharedSettings.ts';
import { secretOf } from '../settings/secret.ts';
import { tokenOf } from '../settings/token.ts';
import { tokensOf } from '../settings/tokensFile.ts';
import { DATA_OF_ALL, PEERS, TRACE_DIR } from '../settings/upSettings.ts';

/** Everything that `up` was told, ready to be passed on to its children. */
export interface UpPlan {
  readonly host: string;
  readonly port: number;
  readonly cluster: ClusterId;
  readonly peers: readonly PeerId[];
  /** Undefined: a temporary one is to be made. */
  readonly dataDirectory: string | undefined;
  readonly election: ElectionOptions;
  readonly replication: ReturnType<typeof replicationOf>;
  /** Of `up` itself, which looks at everything: undefined when the relay asks for none. */
  readonly token: string | undefined;
  /** Of the peers, which need no more than to connect. */
  readonly peerToken: string | undefined;
  /** What the relay is told: a token that may do everything, and a file of others. */
  readonly locks: { readonly token: string | undefined; readonly tokensFile: string | undefined };
  /** `ca`: the certificate itself, in PEM, if it is self-signed: the children and `up` itself trust it. */
  readonly tls: { readonly certFile: string; readonly keyFile: string; readonly ca: string | undefined } | undefined;
  /** For the peers, and for the relay's own client of them. */
  readonly secretFile: string | undefined;
  readonly seed: string | undefined;
  readonly allowHosts: readonly string[];
  readonly frameBytesMax: number;
  readonly trace: { readonly directory: string; readonly topics: string } | undefined;
}

/** @throws {WhitewaterError} USAGE */
export function planOf(settings: Settings): UpPlan {
  const data = settings.get(DATA_OF_ALL);
  const directory = settings.get(TRACE_DIR);
  const topics = settings.get(TRACE);
  if (topics !== undefined && directory === undefined) {
    throw new WhitewaterError(
      'USAGE',
      `${settings.sourceOf(TRACE)} needs --trace-dir, a directory for one file a process`,
    );
  }
  return {
    host: settings.get(HOST),
    port: settings.get(PORT),
    cluster: settings.get(CLUSTER),
    peers: settings.get(PEERS),
    dataDirectory: data === undefined ? undefined : resolve(data),
    election: electionOf(settings),
    replication: replicationOf(settings),
    ...tokensOfUp(settings),
    tls: trustedTls(settings),
    secretFile: secretFileOf(settings),
    seed: settings.get(SEED),
    allowHosts: settings.get(ALLOW_HOST),
    frameBytesMax: settings.get(FRAME_BYTES_MAX_SETTING),
    trace: directory === undefined ? undefined : { directory: resolve(directory), topics: topics?.join(',') ?? 'all' },
  };
}

/** @throws {WhitewaterError} USAGE: better once now than by each child */
function secretFileOf(settings: Settings): string | undefined {
  const file = settings.get(SECRET_FILE);
  // The relay itself warns of a file that others can read.
  secretOf(settings, () => undefined);
  return file === undefined ? undefined : resolve(file);
}

/** @throws {WhitewaterError} USAGE, CERTIFICATE_UNUSABLE */
function trustedTls(settings: Settings): UpPlan['tls'] {
  const tls = tlsOf(settings);
  if (tls === undefined) return undefined;
  const { cert } = readCertificate(tls);
  const certificate = new X509Certificate(cert);
  const ca = certificate.checkIssued(certificate) ? certificate.toString() : undefined;
  return { certFile: resolve(tls.certFile), keyFile: resolve(tls.keyFile), ca };
}

/**
 * Who `up` and its peers are to the relay: the token that may do everything, or those of the tokens file that do.
 * @throws {WhitewaterError} USAGE when the file has none that lets them do their work
 */
function tokensOfUp(settings: Settings): Pick<UpPlan, 'token' | 'peerToken' | 'locks'> {
  const token = tokenOf(settings);
  // The relay itself warns of a file that others can read.
  const tokens = tokensOf(settings, () => undefined);
  const file = settings.get(TOKENS_FILE);
  const locks = { token, tokensFile: file === undefined ? undefined : resolve(file) };
  const cluster = settings.get(CLUSTER);
  const own = tokens?.clusters?.[cluster] ?? {};
  const admin = token ?? tokens?.admin?.[0] ?? own.admin?.[0];
  const reader = admin ?? tokens?.readOnly?.[0] ?? own.readOnly?.[0];
  const peerToken = own.peer?.[0] ?? admin;
  if (tokens !== undefined && (reader === undefined || peerToken === undefined)) {
    const message = `${settings.sourceOf(TOKENS_FILE)}: "up" needs a token for its peers and one to look at them: give an "admin", or in "clusters" for ${cluster} a "peer" and a "readOnly"`;
    throw new WhitewaterError('USAGE', message);
  }
  return { token: reader, peerToken, locks };
}

/** @param port the port to listen on: the one that was asked for, or on a second start the one it got */
export function relayWords(plan: UpPlan, port: number): string[] {
  return [
    ...['relay', '--host', plan.host, '--port', String(port), '--frame-bytes-max', String(plan.frameBytesMax)],
    ...plan.allowHosts.flatMap((name) => ['--allow-host', name]),
    ...(plan.seed === undefined ? [] : ['--seed', plan.seed]),
    ...(plan.locks.tokensFile === undefined ? [] : ['--tokens-file', plan.locks.tokensFile]),
    ...secretWords(plan),
    ...(plan.tls === undefined ? [] : ['--tls-cert', plan.tls.certFile, '--tls-key', plan.tls.keyFile]),
    ...traceWords(plan, 'relay'),
  ];
}

export function clusterDirectory({ cluster }: Pick<UpPlan, 'cluster'>, dataDirectory: string): string {
  return join(dataDirectory, cluster);
}

export function peerDirectory(plan: Pick<UpPlan, 'cluster'>, id: PeerId, dataDirectory: string): string {
  return join(clusterDirectory(plan, dataDirectory), id);
}

/** @param relayUrl undefined as long as nobody knows it */
export function peerWords(plan: UpPlan, id: PeerId, relayUrl: string | undefined, dataDirectory: string): string[] {
  const { snapshotEntries, snapshotBytes, trailingEntries, leaseReads } = plan.replication;
  const { heartbeatMs, electionTimeoutMsMin, electionTimeoutMsMax, preVote, checkQuorum } = plan.election;
  return [
    ...['peer', '--cluster', plan.cluster, '--id', id, '--peers', plan.peers.join(',')],
    ...(relayUrl === undefined ? [] : ['--relay', relayUrl]),
    ...['--data', peerDirectory(plan, id, dataDirectory)],
    ...['--heartbeat', String(heartbeatMs), '--election-timeout', `${electionTimeoutMsMin}..${electionTimeoutMsMax}`],
    preVote ? '--pre-vote' : '--no-pre-vote',
    checkQuorum ? '--check-quorum' : '--no-check-quorum',
    ...['--snapshot-entries', String(snapshotEntries), '--snapshot-bytes', String(snapshotBytes)],
    ...['--trailing-entries', String(trailingEntries), leaseReads ? '--lease-reads' : '--no-lease-reads'],
    ...secretWords(plan),
    ...(plan.seed === undefined ? [] : ['--seed', plan.seed]),
    ...traceWords(plan, `${plan.cluster}-${id}`),
  ];
}

function secretWords({ secretFile }: UpPlan): string[] {
  return secretFile === undefined ? [] : ['--secret-file', secretFile];
}

function traceWords({ trace }: UpPlan, name: string): string[] {
  if (trace === undefined) return [];
  return ['--trace', trace.topics, '--trace-file', join(trace.directory, `${name}.ndjson`)];
}

/** Tells a peer that its data directory is nobody's but its own. */
export const TEMPORARY_DATA_VARIABLE = 'WHITEWATER_TEMPORARY_DATA';

/**
 * The children's environment: everything they are to know is in their words, but for the token, since others can see the
 * words of a process.
 */
export function childEnvironment(
  token: string | undefined,
  { isTemporary, caFile }: { readonly isTemporary: boolean; readonly caFile: string | undefined },
): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !name.startsWith('WHITEWATER_'));
  return {
    ...Object.fromEntries(kept),
    WHITEWATER_CONFIG: 'none',
    ...(token === undefined ? {} : { [variableOf(TOKEN)]: token }),
    ...(caFile === undefined ? {} : { NODE_EXTRA_CA_CERTS: caFile }),
    ...(isTemporary ? { [TEMPORARY_DATA_VARIABLE]: '1' } : {}),
  };
}
