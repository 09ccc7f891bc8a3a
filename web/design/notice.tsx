import type { ReactNode } from "react";
import styles from "./notice.module.css";

export type Tone = "plain" | "good" | "warn" | "bad";

/** A sentence that matters now. `live` makes screen readers say it when it changes. */
export function Notice({
  tone = "plain",
  title,
  live = false,
  actions,
  children,
}: {
  tone?: Tone;
  title?: string;
  live?: boolean;
  actions?: ReactNode;
  children: ReactNode;
}) {
  return (
    <div
      className={styles.notice}
      data-tone={tone}
      {...(live && { role: tone === "bad" ? "alert" : "status" })}
    >
      <div className={styles.text}>
        {title && <strong className={styles.title}>{title}</strong>}
        {children}
      </div>
      {actions && <div className={styles.actions}>{actions}</div>}
    </div>
  );
}
