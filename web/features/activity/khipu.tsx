import { Cord } from "../../design/cord.tsx";
import { useUnit } from "../../chain/unit.ts";
import { useLive } from "../../live/context.tsx";
import { useVoice } from "../../language/voice.tsx";
import styles from "./khipu.module.css";
import { bendOf, dyeOf, movementOf } from "./movement.ts";
import { useMovements } from "./movements.ts";

const bareCords = [0.2, 0.7, 0.45, 0.9, 0.3, 0.6, 0.15, 0.8, 0.5, 0.35, 0.75, 0.25];

/** The latest movements as a khipu: a cord falls from the main cord for each, its amount in knots. */
export function Khipu() {
  const { t } = useVoice();
  const movements = useMovements();
  const { arrived, events } = useLive();
  const unit = useUnit();
  const arrivedKeys = new Set(
    events.filter(({ id }) => arrived.has(id)).map((event) => movementOf(event)?.key),
  );

  return (
    <div className={styles.khipu} role="img" aria-label={t.hero.khipu(movements.length)}>
      {movements.length === 0
        ? bareCords.map((bend) => (
            <div key={bend} className={styles.place}>
              <Cord number={0n} dye="wool" bend={bend} />
            </div>
          ))
        : movements.map(({ key, type, assets, transactionHash }) => (
            <div key={key} className={styles.place} data-arrived={arrivedKeys.has(key)}>
              <Cord
                number={unit ? assets / 10n ** BigInt(unit.decimals) : 0n}
                dye={dyeOf[type]}
                bend={bendOf(transactionHash)}
              />
            </div>
          ))}
    </div>
  );
}
