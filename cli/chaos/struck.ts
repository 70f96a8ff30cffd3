import { DROP_CAUSES, type Traffic } from '../../shared/http/Traffic.ts';

/** What became of the frames between two looks, for whoever wants to know whether the faults struck at all. */
export interface Struck {
  readonly sent: number;
  readonly delivered: number;
  readonly copied: number;
  /** By cause; those of which there was none are left out. */
  readonly dropped: Readonly<Record<string, number>>;
}

export function struckBetween(before: Traffic, after: Traffic): Struck {
  const drops = DROP_CAUSES.map((cause) => [cause, after.framesDropped[cause] - before.framesDropped[cause]] as const);
  return {
    sent: after.framesIn - before.framesIn,
    delivered: after.framesDelivered - before.framesDelivered,
    copied: after.framesCopied - before.framesCopied,
    dropped: Object.fromEntries(drops.filter(([, count]) => count > 0)),
  };
}

export function struckText({ sent, delivered, copied, dropped }: Struck): string {
  const lost = Object.entries(dropped).map(([cause, count]) => `${cause} ${count}`);
  return `${sent} sent, ${copied} copied, ${delivered} delivered; lost: ${lost.join(', ') || 'none'}`;
}
