import type { ComponentChildren } from 'preact';

export function Header({ children }: { readonly children: ComponentChildren }) {
  return (
    <header class="header">
      <h1 class="wordmark">
        <svg class="wordmark-waves" viewBox="0 0 28 24" aria-hidden="true">
          <path d="M1 8q4.3-6 8.7 0t8.6 0 8.7 0" />
          <path d="M1 15q4.3-6 8.7 0t8.6 0 8.7 0" />
          <path d="M1 22q4.3-6 8.7 0t8.6 0 8.7 0" />
        </svg>
        <span class="wordmark-text">Whitewater</span>
      </h1>
      {children}
    </header>
  );
}
