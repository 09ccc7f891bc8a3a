import { Dialog } from "radix-ui";
import { type ReactNode, useRef } from "react";
import styles from "./sheet.module.css";

/** A dialog: in the middle of a wide screen, rising from the bottom of a narrow one. */
export function Sheet({
  open,
  onOpenChange,
  title,
  intro,
  closeLabel,
  children,
}: {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  title: ReactNode;
  intro?: string;
  closeLabel: string;
  children: ReactNode;
}) {
  const opener = useRef<Element>(null);

  return (
    <Dialog.Root open={open} onOpenChange={onOpenChange}>
      <Dialog.Portal>
        <Dialog.Overlay className={styles.veil} />
        <Dialog.Content
          className={styles.sheet}
          {...(!intro && { "aria-describedby": undefined })}
          onOpenAutoFocus={() => {
            opener.current = document.activeElement;
          }}
          onCloseAutoFocus={(event) => {
            event.preventDefault();
            giveFocusBack(opener.current);
          }}
        >
          <Dialog.Title className={styles.title}>{title}</Dialog.Title>
          {intro && <Dialog.Description className={styles.intro}>{intro}</Dialog.Description>}
          {children}
          <Dialog.Close className={styles.close} aria-label={closeLabel}>
            <svg width="14" height="14" viewBox="0 0 14 14" aria-hidden="true">
              <path
                d="M2 2l10 10M12 2L2 12"
                stroke="currentColor"
                strokeWidth="2"
                strokeLinecap="round"
              />
            </svg>
          </Dialog.Close>
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

/** To what opened the dialog, or to the page where that is gone: a keyboard must never have to begin again at the top. */
function giveFocusBack(opener: Element | null): void {
  const target = opener?.isConnected ? opener : document.querySelector("main");
  if (target instanceof HTMLElement) target.focus({ preventScroll: true });
}
