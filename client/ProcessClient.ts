import type { ElectionSettings, ProcessAction, ProcessesView } from '../shared/http/Processes.ts';
import { isProcessesView } from './answers.ts';
import { pathOf } from './keyPaths.ts';
import type { RelayHttp } from './RelayHttp.ts';

/** The relay gives one process 10 s. */
const ACT_TIMEOUT_MS = 10_000;
/** Peers are started anew one after the other. */
const SETTINGS_TIMEOUT_MS = 120_000;

/** The processes of a cluster's peers, where their owner, such as `whitewater up`, is known to the relay. */
export class ProcessClient {
  readonly #http: RelayHttp;
  readonly #path: string;

  constructor(http: RelayHttp, cluster: string) {
    this.#http = http;
    this.#path = pathOf(cluster);
  }

  /** `owned: false` when nobody owns them. @throws {WhitewaterError} CLUSTER_UNKNOWN */
  view(): Promise<ProcessesView> {
    return this.#http.request('GET', `${this.#path}/processes`, isProcessesView);
  }

  /**
   * @returns how all are, when it is done
   * @throws {WhitewaterError} PROCESS_NOT_OWNED, PROCESS_NOT_RUNNING, OVERLOADED, CLUSTER_UNKNOWN; not definite: OUTCOME_UNKNOWN
   */
  act(peer: string, action: ProcessAction): Promise<ProcessesView> {
    const path = `${this.#path}/peers/${encodeURIComponent(peer)}/process`;
    const wait = { timeoutMs: ACT_TIMEOUT_MS };
    return this.#http.request('POST', path, isProcessesView, { body: { action }, wait, hasEffect: true });
  }

  /**
   * Starts all peers that run anew, one after the other, with these settings; what is left out stays as it is. Settings that are
   * in force already start nobody anew.
   * @returns how all are, when the last is back
   * @throws {WhitewaterError} as `act`, and REQUEST_INVALID for settings that make no sense together
   */
  restartWith(settings: ElectionSettings): Promise<ProcessesView> {
    const wait = { timeoutMs: SETTINGS_TIMEOUT_MS };
    const path = `${this.#path}/processes/settings`;
    return this.#http.request('PUT', path, isProcessesView, { body: settings, wait, hasEffect: true });
  }
}
