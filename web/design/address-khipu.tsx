const dyes = ["cochineal", "anil", "qolle", "chillca"] as const;

/** A little khipu that belongs to an address: the same address always has the same cords and knots. */
export function AddressKhipu({ address, size }: { address: string; size: number }) {
  const nibbles = Array.from(address.slice(2, 18), (digit) => parseInt(digit, 16));
  const nibble = (index: number) => nibbles[index] ?? 0;
  return (
    <svg width={size} height={size} viewBox="0 0 36 36" aria-hidden="true">
      <circle cx="18" cy="18" r="18" fill="var(--sunk)" />
      <path
        d="M5 9c8 3 18 3 26 0"
        fill="none"
        stroke="var(--ink-soft)"
        strokeWidth="2.2"
        strokeLinecap="round"
      />
      {[0, 1, 2, 3].map((cord) => {
        const x = 9 + cord * 6;
        const length = 11 + (nibble(cord) % 4) * 2.5;
        const knots = 1 + (nibble(cord + 4) % 3);
        const color = `var(--${dyes[nibble(cord + 8) % dyes.length] ?? "cochineal"})`;
        return (
          <g key={cord} fill={color} stroke={color}>
            <path d={`M${x} 11v${length}`} strokeWidth="2" strokeLinecap="round" />
            {Array.from({ length: knots }, (_, knot) => (
              <ellipse
                key={knot}
                cx={x}
                cy={15 + knot * 3.8 + (nibble(cord + 12) % 3)}
                rx="2.6"
                ry="1.6"
                stroke="none"
              />
            ))}
          </g>
        );
      })}
    </svg>
  );
}
