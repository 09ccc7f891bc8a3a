import { Total } from "../features/savings/total.tsx";
import { Khipu } from "../features/activity/khipu.tsx";
import { useVoice } from "../language/voice.tsx";
import styles from "./hero.module.css";

export function Hero() {
  const { t } = useVoice();
  return (
    <section className={styles.hero} aria-labelledby="headline">
      <div className={styles.text}>
        <h1 id="headline" className={styles.headline}>
          {t.hero.headline}
        </h1>
        <p className={styles.lead}>{t.hero.lead}</p>
        <Total />
      </div>
      <figure className={styles.figure}>
        <Khipu />
        <figcaption className={styles.caption}>{t.hero.caption}</figcaption>
      </figure>
    </section>
  );
}
