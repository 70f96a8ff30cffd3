import type { ComponentChildren } from 'preact';

interface NoticeProps {
  readonly title: string;
  readonly isAlert?: boolean;
  readonly children: ComponentChildren;
}

/** A card that stands where the cluster would. */
export function Notice({ title, isAlert = false, children }: NoticeProps) {
  return (
    <section class="card notice" {...(isAlert ? { role: 'alert' } : {})}>
      <h2>{title}</h2>
      {children}
    </section>
  );
}
