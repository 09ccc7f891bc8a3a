import { lazy, Suspense } from "react";
import { useConfig } from "../config/context.tsx";
import { Card } from "../design/card.tsx";
import { Weave } from "../design/weave.tsx";
import { ActivityFeed } from "../features/activity/activity-feed.tsx";
import { Lesson } from "../features/activity/lesson.tsx";
import { useVoice } from "../language/voice.tsx";
import { Header } from "./header.tsx";
import { Hero } from "./hero.tsx";
import styles from "./page.module.css";

// The parts that need a wallet come with wagmi, after the page already stands.
const Savings = lazy(() => import("../features/savings/savings.tsx"));
const Faucet = lazy(() => import("../features/faucet/faucet.tsx"));

export function Page() {
  const { t } = useVoice();
  const { testNetwork } = useConfig();
  return (
    <>
      <a className={styles.skip} href="#content">
        {t.shell.skip}
      </a>
      <Header />
      <main id="content" tabIndex={-1} className={styles.main}>
        <Hero />
        <div className={styles.columns}>
          <div className={styles.column}>
            <Suspense fallback={<Card className={styles.waiting ?? ""} aria-busy="true" />}>
              <Savings />
            </Suspense>
            {testNetwork && (
              <Suspense>
                <Faucet />
              </Suspense>
            )}
          </div>
          <div className={styles.feed}>
            <ActivityFeed />
          </div>
          <div className={styles.lesson}>
            <Lesson />
          </div>
        </div>
      </main>
      <footer className={styles.footer}>
        <Weave />
        <div className={styles.footerText}>
          <p>{t.shell.footer}</p>
          <p>{t.shell.openSource}</p>
        </div>
      </footer>
    </>
  );
}
