import styles from "./weave.module.css";

const step = 6;
/** A stepped diamond, half above and half below the middle: the chakana of Andean cloth. */
const rows = [1, 3, 5, 3, 1];

/** A woven band. */
export function Weave() {
  return (
    <svg className={styles.weave} aria-hidden="true">
      <defs>
        <pattern id="weave" width={step * 8} height={step * 5} patternUnits="userSpaceOnUse">
          <rect width={step * 8} height={step * 5} fill="var(--cochineal)" />
          {rows.map((width, row) => (
            <rect
              key={row}
              x={step * (4 - width / 2)}
              y={step * row}
              width={step * width}
              height={step}
              fill="var(--qolle)"
            />
          ))}
          <rect x={step * 3.5} y={step * 2} width={step} height={step} fill="var(--anil)" />
          {[0, 1].map((side) => (
            <g key={side} fill="var(--anil)">
              <rect x={side * step * 7.5} y={step} width={step / 2} height={step * 3} />
              <rect x={side * step * 7} y={step * 2} width={step} height={step} />
            </g>
          ))}
        </pattern>
      </defs>
      <rect width="100%" height="100%" fill="url(#weave)" />
    </svg>
  );
}
