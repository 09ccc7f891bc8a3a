import type { ComponentProps } from "react";
import styles from "./button.module.css";

export interface ButtonProps extends ComponentProps<"button"> {
  look?: "primary" | "soft" | "plain";
  size?: "normal" | "large" | "small";
  /** something is under way: says so, and cannot be pressed again meanwhile */
  busy?: boolean;
}

export function Button({
  look = "primary",
  size = "normal",
  busy = false,
  disabled,
  children,
  className,
  type = "button",
  ...rest
}: ButtonProps) {
  return (
    <button
      {...rest}
      type={type}
      className={`${styles.button ?? ""} ${className ?? ""}`}
      data-look={look}
      data-size={size}
      aria-busy={busy}
      disabled={disabled === true || busy}
    >
      {busy && <span className={styles.spinner} aria-hidden="true" />}
      {children}
    </button>
  );
}
