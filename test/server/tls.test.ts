import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { request as requestOf } from 'node:https';
import { connect as connectPlain } from 'node:net';
import { join } from 'node:path';
import { connect, type ConnectionOptions } from 'node:tls';
import t, { type Test } from 'tap';
import { buildRelay } from '../../server/app.ts';
import { listenRelay } from '../../server/listen.ts';
import { CertificateFiles, type Certificate } from '../../server/locks/CertificateFiles.ts';
import { makeCertificate, pemOf, type CertificatePaths } from '../support/certificates.ts';
import { RecordingLogger } from '../support/RecordingLogger.ts';
import { until } from '../support/until.ts';
import { TestRelay } from './support/relay.ts';

const directory = t.testdir();
const own = makeCertificate(directory, 'own');
const other = makeCertificate(directory, 'other');
const ca = pemOf(own);
const WITHIN = { withinMs: 20_000 };

interface Answer {
  readonly status: number;
  readonly text: string;
  readonly cookies: readonly string[];
}

function request(url: string, headers: Record<string, string> = {}, method = 'GET', body?: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = requestOf(url, { ca, headers, method, servername: 'localhost' }, (response) => {
      let text = '';
      response.on('data', (chunk: Buffer) => (text += chunk.toString()));
      const { statusCode: status = 0, headers: answered } = response;
      response.on('end', () => resolve({ status, text, cookies: answered['set-cookie'] ?? [] }));
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

/** @returns the name in the certificate that the server shows, or the error of the handshake */
function handshake(port: number, options: ConnectionOptions = {}): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port, rejectUnauthorized: false, ...options }, () => {
      resolve(String(socket.getPeerCertificate().subject.CN));
      socket.destroy();
    });
    socket.on('error', ({ message }) => resolve(`refused: ${message}`));
  });
}

t.test('a relay with a certificate carries frames, its feed and its routes over TLS', async (t) => {
  const relay = await TestRelay.start(t, { tls: own, token: 'secret', pingIntervalMs: 400 });
  t.equal(relay.url, `https://127.0.0.1:${relay.port}`);
  t.equal((await request(`${relay.url}/healthz`)).status, 200);
  const socket = { ca, headers: { authorization: 'Bearer secret' } };
  const [p1, p2] = [await relay.dial('p1', { socket }), await relay.dial('p2', { socket })];
  const viewer = await relay.watch('demo', socket);
  await viewer.until('the snapshot', () => viewer.snapshots.length === 1);
  const body = 'ä'.repeat(30_000);
  for (let count = 0; count < 300; count += 1) p1.send('AppendEntries', 'p2', count % 3 === 0 ? body : count);
  await p1.settled();
  const got = () => p2.frames.filter(({ type }) => type === 'AppendEntries');
  await relay.until('all frames arrived', () => got().length === 300);
  t.same(
    got().map(({ body: held }, at) => held === (at % 3 === 0 ? body : at)),
    got().map(() => true),
    'whole and in order',
  );
  // Three ping intervals: signs of life are seen through TLS.
  const heardMs = performance.now();
  await relay.until('time passes', () => performance.now() - heardMs > 1300);
  p2.send('RequestVote', 'p1');
  await p1.heard('RequestVote');
});

t.test('the cookie of a session over TLS is sent over TLS only', async (t) => {
  const relay = await TestRelay.start(t, { tls: own, token: 'secret' });
  const json = { 'content-type': 'application/json' };
  const { cookies } = await request(`${relay.url}/api/session`, json, 'POST', '{"token":"secret"}');
  t.match(cookies[0], /; HttpOnly; SameSite=Strict; Secure$/);
});

t.test('Host and Origin are checked over TLS, for every socket', async (t) => {
  const relay = await TestRelay.start(t, { tls: own });
  await relay.dial('p1', { socket: { ca, origin: relay.url } });
  for (const origin of ['https://evil.example', 'null', 'https://127.0.0.1:1', relay.url.replace('https:', 'http:')]) {
    const socket = { ca, origin };
    await t.rejects(relay.open('p2', { socket }), { code: 'ORIGIN_REFUSED' }, `/peer ${origin}`);
    await t.rejects(relay.open('c2', { path: 'client', socket }), { code: 'ORIGIN_REFUSED' }, `/client ${origin}`);
    await t.rejects(relay.watch('demo', socket), { code: 'ORIGIN_REFUSED' }, `live ${origin}`);
  }
  const socket = { ca, headers: { host: 'evil.example' }, servername: 'localhost' };
  await t.rejects(relay.open('p2', { socket }), { code: 'HOST_REFUSED' });
  await t.rejects(relay.open('c2', { path: 'client', socket }), { code: 'HOST_REFUSED' });
  await t.rejects(relay.watch('demo', socket), { code: 'HOST_REFUSED' });
  t.equal((await request(`${relay.url}/`, { host: 'evil.example' })).status, 403);
});

t.test('TLS 1.2 at least, and nothing else than TLS', async (t) => {
  const relay = await TestRelay.start(t, { tls: own });
  t.equal(await handshake(relay.port, { maxVersion: 'TLSv1.2' }), 'own');
  t.match(
    await handshake(relay.port, { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'ALL@SECLEVEL=0' }),
    /^refused/,
  );
  const plain = connectPlain(relay.port, '127.0.0.1');
  let answer = '';
  plain.on('data', (chunk: Buffer) => (answer += chunk.toString('latin1')));
  plain.on('error', () => undefined);
  plain.write('GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n');
  await new Promise((resolve) => plain.on('close', resolve));
  t.notMatch(answer, /HTTP/);
  t.equal((await request(`${relay.url}/healthz`)).status, 200, 'it goes on');
});

t.test('files that cannot be used are refused at the start, each with what is wrong', async (t) => {
  const broken = join(directory, 'broken.pem');
  writeFileSync(broken, 'no PEM');
  const large = join(directory, 'large.pem');
  writeFileSync(large, 'x'.repeat(1_048_577));
  const cases: [CertificatePaths, RegExp][] = [
    [{ ...own, certFile: '/no/such.crt' }, /the file of the certificate, \/no\/such\.crt, does not exist/],
    [{ ...own, keyFile: '/no/such.key' }, /the file of the key, \/no\/such\.key, does not exist/],
    [{ ...own, certFile: directory }, /cannot be read \(it is not a regular file/],
    [{ ...own, keyFile: '/dev/zero' }, /cannot be read \(it is not a regular file/],
    [{ ...own, certFile: large }, /cannot be read \(it is larger than 1048576 bytes/],
    [{ ...own, certFile: broken }, /broken\.pem holds no certificate in PEM/],
    [{ ...own, keyFile: broken }, /cannot be used .*give PEM, the key without passphrase/],
    [{ ...own, keyFile: other.keyFile }, /other\.key is not the key of the certificate in .*own\.crt \(CN=own\)/],
  ];
  for (const [tls, message] of cases) {
    t.throws(() => buildRelay({ tls }), { code: 'CERTIFICATE_UNUSABLE', exitCode: 6, message });
  }
});

t.test('the address that is told is one for which the certificate is good', async (t) => {
  const logger = new RecordingLogger();
  const named = makeCertificate(directory, 'named', { names: 'DNS:localhost' });
  const foreign = makeCertificate(directory, 'foreign', { names: 'DNS:raft.example' });
  const relay = await listenRelay({ port: 0, tls: named });
  t.teardown(() => relay.close());
  t.equal(relay.url, `https://localhost:${relay.port}`);
  const away = await listenRelay({ port: 0, tls: foreign, logger });
  t.teardown(() => away.close());
  t.equal(away.url, `https://127.0.0.1:${away.port}`);
  t.match(logger.at('warn').join('\n'), /good for none of 127\.0\.0\.1, localhost/);
});

/** Files under their own names, as a program that renews certificates leaves them. */
function installed(t: Test, pair: CertificatePaths): CertificatePaths {
  const folder = t.testdir();
  const paths = { certFile: join(folder, 'tls.crt'), keyFile: join(folder, 'tls.key') };
  copyFileSync(pair.certFile, paths.certFile);
  copyFileSync(pair.keyFile, paths.keyFile);
  return paths;
}

t.test('a renewed certificate is used for new connections, and a broken one is not', async (t) => {
  const files = installed(t, own);
  const relay = await TestRelay.start(t, { tls: files });
  const p1 = await relay.dial('p1', { socket: { ca } });
  t.equal(await handshake(relay.port), 'own');
  // The key alone: the pair does not fit, and the old one stays.
  renameSync(...replaced(other.keyFile, files.keyFile));
  await relay.until('the mismatch is told', () => relay.log.some((line) => line.startsWith('CERTIFICATE_UNUSABLE ')));
  t.equal(await handshake(relay.port), 'own');
  renameSync(...replaced(other.certFile, files.certFile));
  await until(async () => (await handshake(relay.port)) === 'other', { ...WITHIN, what: 'the new certificate' });
  t.ok(relay.log.some((line) => line.startsWith('read a new certificate')));
  await p1.settled();
});

t.test('a pipe or a device in the place of a certificate is told, and holds nothing up', async (t) => {
  for (const make of [
    (path: string) => spawnSync('mkfifo', [path]),
    (path: string) => symlinkSync('/dev/zero', path),
  ]) {
    const files = installed(t, own);
    const logger = new RecordingLogger();
    const certificate = new CertificateFiles(files, logger, 20);
    t.teardown(() => certificate.stop());
    const changes: Certificate[] = [];
    certificate.watch((next) => changes.push(next));
    rmSync(files.certFile);
    make(files.certFile);
    const told = () => logger.at('error').length > 0;
    await until(told, { ...WITHIN, what: 'it is told' });
    t.match(logger.at('error')[0], /^CERTIFICATE_UNUSABLE .*is not a regular file.*read before stays in force$/);
    copyFileSync(other.keyFile, files.keyFile);
    rmSync(files.certFile);
    copyFileSync(other.certFile, files.certFile);
    await until(() => changes.length > 0, { ...WITHIN, what: 'the next good pair' });
    certificate.stop();
  }
});

/** A file of that content beside its place, to be renamed into it. */
function replaced(from: string, to: string): [string, string] {
  copyFileSync(from, `${to}.next`);
  return [`${to}.next`, to];
}

t.test('a turned symbolic link, as Kubernetes does it, and a file that is away for a while', async (t) => {
  const folder = t.testdir();
  for (const [name, pair] of [
    ['..1', own],
    ['..2', other],
  ] as const) {
    mkdirSync(join(folder, name));
    copyFileSync(pair.certFile, join(folder, name, 'tls.crt'));
    copyFileSync(pair.keyFile, join(folder, name, 'tls.key'));
  }
  symlinkSync('..1', join(folder, '..data'));
  const files = { certFile: join(folder, 'tls.crt'), keyFile: join(folder, 'tls.key') };
  symlinkSync('..data/tls.crt', files.certFile);
  symlinkSync('..data/tls.key', files.keyFile);
  const logger = new RecordingLogger();
  const certificate = new CertificateFiles(files, logger, 10);
  t.teardown(() => certificate.stop());
  const changes: Certificate[] = [];
  certificate.watch((next) => changes.push(next));
  symlinkSync('..2', join(folder, '..data_tmp'));
  renameSync(join(folder, '..data_tmp'), join(folder, '..data'));
  rmSync(join(folder, '..1'), { recursive: true });
  await until(() => changes.length === 1, { ...WITHIN, what: 'the link was followed' });
  t.equal(changes[0]?.cert.toString(), pemOf(other));
  rmSync(files.certFile);
  await until(() => logger.at('error').some((line) => line.includes('does not exist')), {
    ...WITHIN,
    what: 'its absence is told',
  });
  t.equal(certificate.current.cert.toString(), pemOf(other));
  copyFileSync(own.certFile, files.certFile);
  rmSync(files.keyFile);
  copyFileSync(own.keyFile, files.keyFile);
  await until(() => changes.length === 2, { ...WITHIN, what: 'it is back' });
  t.equal(certificate.current.cert.toString(), ca);
});
