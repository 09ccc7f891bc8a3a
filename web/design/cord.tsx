import type { CSSProperties } from "react";
import styles from "./cord.module.css";
import { knotsOf } from "./knots.ts";

export type Dye = "cochineal" | "anil" | "qolle" | "chillca" | "wool";

const width = 40;

/** A pendant cord with a number knotted into it. `bend`, from 0 to 1, is how it happens to hang. */
export function Cord({ number, dye, bend }: { number: bigint; dye: Dye; bend: number }) {
  const { knots, length } = knotsOf(number);
  const sway = (bend - 0.5) * 16;
  const middle = width / 2;
  // With its control points at thirds, the curve's height is linear in t: a knot's place follows from its height.
  const across = (y: number) => {
    const t = y / length;
    return middle + 3 * (1 - t) ** 2 * t * sway - 3 * (1 - t) * t ** 2 * sway + t ** 3 * sway * 0.4;
  };
  const path =
    `M${middle} 0 C${middle + sway} ${length / 3} ` +
    `${middle - sway} ${(length * 2) / 3} ${middle + sway * 0.4} ${length}`;

  return (
    <svg
      className={styles.cord}
      style={
        { "--dye": `var(--${dye})`, "--width": width, "--height": length + 4 } as CSSProperties
      }
      viewBox={`0 0 ${width} ${length + 4}`}
      aria-hidden="true"
    >
      <path d={path} className={styles.strand} />
      <path d={path} className={styles.twist} />
      {knots.map(({ y, kind }) => (
        <g key={y} transform={`translate(${across(y)} ${y}) rotate(${kind === "long" ? -8 : -16})`}>
          {kind === "eight" ? (
            <>
              <ellipse cy="-2.4" rx="4" ry="3.2" className={styles.knot} />
              <ellipse cy="2.8" rx="4" ry="3.2" className={styles.knot} />
            </>
          ) : (
            <rect
              x={kind === "long" ? -4.6 : -5.2}
              y={kind === "long" ? -2.6 : -3.4}
              width={kind === "long" ? 9.2 : 10.4}
              height={kind === "long" ? 5.2 : 6.8}
              rx={kind === "long" ? 2.6 : 3.4}
              className={styles.knot}
            />
          )}
        </g>
      ))}
      <circle cx={middle + sway * 0.4} cy={length} r="3" className={styles.knot} />
    </svg>
  );
}
