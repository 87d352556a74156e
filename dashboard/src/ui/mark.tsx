/** The sign of the house: price lines, a hold, and a sum with its double rule. */
export const Mark = () => (
  <svg className="mark" viewBox="0 0 26 26" aria-hidden="true">
    <rect width="26" height="26" rx="6" fill="var(--accent)" />
    <g fill="var(--on-accent)">
      <rect x="5" y="7" width="16" height="3" rx="1" />
      <rect x="5" y="12" width="10" height="3" rx="1" />
      <rect x="16.5" y="12" width="4.5" height="3" rx="1" opacity=".45" />
      <rect x="5" y="18" width="16" height="1" />
      <rect x="5" y="20.5" width="16" height="1" />
    </g>
  </svg>
);
