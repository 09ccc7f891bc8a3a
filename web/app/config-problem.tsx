import type { ConfigResult } from "../config/config.ts";
import { Button } from "../design/button.tsx";
import { Card } from "../design/card.tsx";
import { Mark } from "../design/mark.tsx";
import { useVoice } from "../language/voice.tsx";
import styles from "./config-problem.module.css";

/** Instead of the page, when nobody has said where the chain and the contracts are. */
export function ConfigProblem({ result }: { result: Extract<ConfigResult, { ok: false }> }) {
  const { t } = useVoice();
  return (
    <main className={styles.main}>
      <Card className={styles.card ?? ""}>
        <Mark size={56} />
        <h1 className={styles.title}>{t.config.title}</h1>
        {result.problem === "missing" ? (
          <p>{t.config.missing}</p>
        ) : (
          <>
            <p>{t.config.malformed}</p>
            <ul className={styles.details}>
              {result.details.map((detail) => (
                <li key={detail}>
                  <code>{detail}</code>
                </li>
              ))}
            </ul>
          </>
        )}
        <Button
          onClick={() => {
            location.reload();
          }}
        >
          {t.config.retry}
        </Button>
      </Card>
    </main>
  );
}
