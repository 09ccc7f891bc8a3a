import type { CSSProperties } from "react";
import { Card } from "../../design/card.tsx";
import { Cord } from "../../design/cord.tsx";
import { knotsOf } from "../../design/knots.ts";
import { useVoice } from "../../language/voice.tsx";
import styles from "./lesson.module.css";
import { dyeOf, movementTypes } from "./movement.ts";

const example = 231n;

/** How to read the khipu: where the digits are, and what the colours mean. */
export function Lesson() {
  const { t, locale } = useVoice();
  const { clusters } = knotsOf(example);
  return (
    <Card aria-labelledby="lesson-title" className={styles.card ?? ""}>
      <div className={styles.example} role="img" aria-label={t.lesson.example(example.toString())}>
        <Cord number={example} dye="cochineal" bend={0.5} />
        {clusters.map(({ worth, y }) => (
          <span key={worth} className={styles.worth} style={{ "--y": y } as CSSProperties}>
            {worth.toLocaleString(locale)}
          </span>
        ))}
      </div>
      <div className={styles.text}>
        <h2 id="lesson-title" className={styles.title}>
          {t.lesson.title}
        </h2>
        <p>{t.lesson.text}</p>
        <ul className={styles.dyes}>
          {movementTypes.map((type) => (
            <li key={type} style={{ "--dye": `var(--${dyeOf[type]})` } as CSSProperties}>
              {t.lesson.dyes[type]}
            </li>
          ))}
        </ul>
      </div>
    </Card>
  );
}
