import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface CertificatePaths {
  readonly certFile: string;
  readonly keyFile: string;
}

/**
 * A certificate for localhost, 127.0.0.1 and ::1, made with the program `openssl`.
 * @param authority who signs it; by default itself
 */
export function makeCertificate(
  directory: string,
  name: string,
  { authority, names = 'DNS:localhost,IP:127.0.0.1,IP:::1' }: { authority?: CertificatePaths; names?: string } = {},
): CertificatePaths {
  const paths = { certFile: join(directory, `${name}.crt`), keyFile: join(directory, `${name}.key`) };
  openssl([
    ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '3650'],
    ...['-keyout', paths.keyFile, '-out', paths.certFile, '-subj', `/CN=${name}`, '-addext', `subjectAltName=${names}`],
    ...(authority === undefined
      ? []
      : ['-CA', authority.certFile, '-CAkey', authority.keyFile, '-addext', 'basicConstraints=CA:FALSE']),
  ]);
  return paths;
}

export function pemOf({ certFile }: CertificatePaths): string {
  return readFileSync(certFile, 'utf8');
}

function openssl(words: readonly string[]): void {
  const { status, stderr, error } = spawnSync('openssl', words, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`openssl ${words.join(' ')}: ${error?.message ?? stderr}`);
}
