/** The mark: a main cord with three pendants and their knots. */
export function Mark({ size = 32 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden="true">
      <g fill="none" strokeLinecap="round" strokeWidth="2.4">
        <path d="M7 7v15" stroke="var(--cochineal)" />
        <path d="M16 8v21" stroke="var(--qolle)" />
        <path d="M25 7v12" stroke="var(--anil)" />
        <path d="M2 4.5c8.5 4.5 19.5 4.5 28 0" stroke="var(--ink)" strokeWidth="2.8" />
      </g>
      <g>
        <rect
          x="3.2"
          y="11.5"
          width="7.6"
          height="5.2"
          rx="2.6"
          fill="var(--cochineal)"
          transform="rotate(-14 7 14)"
        />
        <rect
          x="12.2"
          y="12"
          width="7.6"
          height="5.2"
          rx="2.6"
          fill="var(--qolle)"
          transform="rotate(-14 16 14.6)"
        />
        <rect
          x="12.2"
          y="19"
          width="7.6"
          height="5.2"
          rx="2.6"
          fill="var(--qolle)"
          transform="rotate(-14 16 21.6)"
        />
        <rect
          x="21.2"
          y="11"
          width="7.6"
          height="5.2"
          rx="2.6"
          fill="var(--anil)"
          transform="rotate(-14 25 13.6)"
        />
      </g>
    </svg>
  );
}
