/** The mark: a main cord with three pendants and their knots. */
export function Mark({ size = 32 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden="true">
      <g fill="none" stroke="var(--cochineal)" strokeWidth="2.6" strokeLinecap="round">
        <path d="M2.5 6.5c9 3.2 18 3.2 27 0" />
        <path d="M9 8.6v13.9M16 9v19M23 8.6v10.4" />
      </g>
      <g stroke="var(--ground)" strokeWidth="1.2">
        <ellipse cx="9" cy="15.5" rx="4.2" ry="3" fill="var(--cochineal)" />
        <ellipse cx="16" cy="15" rx="4.2" ry="3" fill="var(--qolle)" />
        <ellipse cx="16" cy="21" rx="4.2" ry="3" fill="var(--qolle)" />
        <ellipse cx="23" cy="14.5" rx="4.2" ry="3" fill="var(--cochineal)" />
      </g>
    </svg>
  );
}
