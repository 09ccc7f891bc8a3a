import { type CSSProperties, useEffect, useState } from "react";
import { useUnit } from "../../chain/unit.ts";
import { useViewer } from "../../chain/viewer.ts";
import { useConfig } from "../../config/context.tsx";
import { shortAddress } from "../../design/address.ts";
import { Card } from "../../design/card.tsx";
import { Notice } from "../../design/notice.tsx";
import { formatMoney } from "../../language/amounts.ts";
import { formatAgo } from "../../language/moments.ts";
import { useVoice } from "../../language/voice.tsx";
import { useLive } from "../../live/context.tsx";
import styles from "./activity-feed.module.css";
import { ConnectionBadge } from "./connection-badge.tsx";
import { dyeOf, type Movement, type MovementType } from "./movement.ts";
import { useMovements, usePending } from "./movements.ts";

/**
 * The last movements, live. They are not read out as they come, for a screen reader would never fall silent; what becomes
 * of one's own transactions is.
 */
export function ActivityFeed() {
  const { t } = useVoice();
  const { history, arrived } = useLive();
  const movements = useMovements();
  const pending = usePending();
  const now = useNow();

  return (
    <Card aria-labelledby="activity-title" className={styles.card ?? ""}>
      <div className={styles.head}>
        <h2 id="activity-title" className={styles.title}>
          {t.activity.title}
        </h2>
        <ConnectionBadge now={now} />
      </div>

      {movements.length === 0 && history === "loading" && <Loading label={t.activity.loading} />}
      {movements.length === 0 && history === "loaded" && (
        <p className={styles.empty}>{t.activity.empty}</p>
      )}
      {history === "unavailable" && <Notice tone="warn">{t.activity.unavailable}</Notice>}

      {movements.length + pending.length > 0 && (
        <div role="log" aria-labelledby="activity-title" aria-live="off">
          <ol className={styles.list}>
            {pending.map(({ id, type, assets }) => (
              <PendingRow key={id} type={type} assets={assets} />
            ))}
            {movements.map((movement) => (
              <Row
                key={movement.key}
                movement={movement}
                now={now}
                fresh={arrived.has(movement.key.split("/")[0] ?? "")}
              />
            ))}
          </ol>
        </div>
      )}
    </Card>
  );
}

function Row({ movement, now, fresh }: { movement: Movement; now: number; fresh: boolean }) {
  const { t, locale } = useVoice();
  const { explorerUrl } = useConfig();
  const unit = useUnit();
  const viewer = useViewer();
  const { type, account, assets, timestamp, transactionHash } = movement;

  const own = viewer?.toLowerCase() === account.toLowerCase();
  const sentence = own ? t.activity.youTypes[type] : t.activity.types[type](shortAddress(account));
  const when = formatAgo(now - timestamp, locale) ?? t.time.now;
  const time = (
    <time
      dateTime={new Date(timestamp * 1_000).toISOString()}
      title={new Date(timestamp * 1_000).toLocaleString(locale)}
    >
      {when}
    </time>
  );

  return (
    <li className={styles.row} data-fresh={fresh} data-own={own} style={dyed(type)}>
      <span className={styles.what}>{sentence}</span>
      <span className={`${styles.amount ?? ""} figures`}>
        {unit && formatMoney(assets, unit, locale)}
      </span>
      <span className={styles.when}>
        {explorerUrl ? (
          <a href={`${explorerUrl}/tx/${transactionHash}`} target="_blank" rel="noreferrer">
            {time}
          </a>
        ) : (
          time
        )}
      </span>
    </li>
  );
}

/** Sent by this person, and not in the index yet. */
function PendingRow({ type, assets }: { type: MovementType; assets: bigint }) {
  const { t, locale } = useVoice();
  const unit = useUnit();
  return (
    <li className={styles.row} data-own data-pending style={dyed(type)}>
      <span className={styles.what}>{t.activity.youTypes[type]}</span>
      <span className={`${styles.amount ?? ""} figures`}>
        {unit && formatMoney(assets, unit, locale)}
      </span>
      <span className={styles.when}>{t.activity.pending}</span>
    </li>
  );
}

function dyed(type: MovementType): CSSProperties {
  return { "--dye": `var(--${dyeOf[type]})` } as CSSProperties;
}

function Loading({ label }: { label: string }) {
  return (
    <div role="status">
      <span className="hidden-text">{label}</span>
      <ol className={styles.list} aria-hidden="true">
        {[64, 52, 70, 48, 60].map((width) => (
          <li key={width} className={styles.row}>
            <span className={styles.bone} style={{ width: `${width}%` }} />
          </li>
        ))}
      </ol>
    </div>
  );
}

/** The time in seconds, fresh enough for "2 minutes ago". */
function useNow(): number {
  const [now, setNow] = useState(() => Math.floor(Date.now() / 1_000));
  useEffect(() => {
    const timer = setInterval(() => {
      setNow(Math.floor(Date.now() / 1_000));
    }, 5_000);
    return () => {
      clearInterval(timer);
    };
  }, []);
  return now;
}
