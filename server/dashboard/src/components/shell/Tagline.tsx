import { useStore } from '../../hooks/useStore.ts';

/** What a newcomer looks at, and where to begin. */
export function Tagline() {
  const { view } = useStore();
  return (
    <p class="tagline wide-only">
      <span>Servers that agree on each write, by Raft. Break their network, and watch.</span>
      <button type="button" class="small" onClick={() => (view.side.value = 'tours')}>
        New here? Take a tour
      </button>
    </p>
  );
}
