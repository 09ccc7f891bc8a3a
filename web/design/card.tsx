import type { ComponentProps } from "react";
import styles from "./card.module.css";

/** A surface for one subject, named by its heading. */
export function Card({ className, ...rest }: ComponentProps<"section">) {
  return <section {...rest} className={`${styles.card ?? ""} ${className ?? ""}`} />;
}
