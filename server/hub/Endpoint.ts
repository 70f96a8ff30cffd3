import type { PeerId } from '../../shared/ids.ts';
import type { Status } from '../../shared/messages/Status.ts';
import type { JudgedEndpoint } from '../faults/JudgedEndpoint.ts';
import type { LinkFaults } from '../faults/LinkFaults.ts';
import type { Connection } from './Connection.ts';
import type { Link } from './Link.ts';

/** The application whose message types the relay knows. */
export const RAFT_APPLICATION = 'raft';

/** One identity in a cluster, connected or remembered, and what it last said of itself. */
export class Endpoint implements JudgedEndpoint {
  readonly id: PeerId;
  /**
   * A client, which is forgotten when its connection ends: it draws another id for the next. A peer or voter of the same
   * name makes it theirs.
   */
  isEphemeral: boolean;
  connection: Connection | undefined;
  /** How many times it has connected; 0 for one that is known only from the voters of others. */
  connections = 0;
  /** Drawn by its newest process; see Hello. */
  instance: string | undefined;
  /** It takes only what is signed; see Hello. */
  signs = false;
  status: Status | undefined;
  /** What it speaks: `raft`, or another protocol in the same envelope. */
  application = RAFT_APPLICATION;
  /** All times are monotonic milliseconds of the relay's clock. */
  statusAtMs = 0;
  heardAtMs: number | undefined;
  goneAtMs = 0;
  /** Until then an operator refuses its connections. */
  refusedUntilMs = 0;
  /** What it sends, by receiver. */
  readonly links = new Map<string, Link>();
  /** Of ids that it sends to and that nobody has had yet, so that fates do not hang on when somebody has. */
  readonly linksToNobody = new Map<string, LinkFaults>();

  /** See JudgedEndpoint. */
  get isClient(): boolean {
    return this.isEphemeral;
  }
  get role(): string | undefined {
    return this.status?.role;
  }

  constructor(id: PeerId, options: { isEphemeral: boolean; nowMs: number }) {
    this.id = id;
    this.isEphemeral = options.isEphemeral;
    this.goneAtMs = options.nowMs;
  }
}
