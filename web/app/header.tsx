import { lazy, Suspense } from "react";
import { useConfig } from "../config/context.tsx";
import { Mark } from "../design/mark.tsx";
import { chooseTheme, useTheme } from "../design/theme.ts";
import { languages } from "../language/language.ts";
import { useVoice } from "../language/voice.tsx";
import styles from "./header.module.css";

const Account = lazy(() => import("../features/wallet/account.tsx"));

export function Header() {
  const { t } = useVoice();
  const { testNetwork } = useConfig();
  return (
    <header className={styles.header}>
      {testNetwork && <p className={styles.test}>{t.shell.testNetwork}</p>}
      <div className={styles.bar}>
        <a className={styles.brand} href="./" aria-label="KhipuVault">
          <Mark size={34} />
          <span className={styles.name}>KhipuVault</span>
        </a>
        <div className={styles.tools}>
          <LanguageSwitch />
          <ThemeSwitch />
          <Suspense fallback={<span className={styles.accountPlace} />}>
            <Account />
          </Suspense>
        </div>
      </div>
      <div className={styles.cord} aria-hidden="true" />
    </header>
  );
}

function LanguageSwitch() {
  const { t, language, speak } = useVoice();
  return (
    <div className={styles.languages} role="group" aria-label={t.shell.language}>
      {languages.map((option) => (
        <button
          key={option}
          type="button"
          className={styles.language}
          aria-pressed={option === language}
          lang={option}
          onClick={() => {
            speak(option);
          }}
        >
          <abbr title={option === "en" ? "English" : "Español"}>{option.toUpperCase()}</abbr>
        </button>
      ))}
    </div>
  );
}

function ThemeSwitch() {
  const { t } = useVoice();
  const theme = useTheme();
  const other = theme === "dark" ? "light" : "dark";
  return (
    <button
      type="button"
      className={styles.theme}
      aria-label={other === "dark" ? t.shell.toDark : t.shell.toLight}
      onClick={() => {
        chooseTheme(other);
      }}
    >
      <svg
        width="20"
        height="20"
        viewBox="0 0 20 20"
        aria-hidden="true"
        fill="none"
        stroke="currentColor"
      >
        {theme === "dark" ? (
          <g strokeWidth="1.8" strokeLinecap="round">
            <circle cx="10" cy="10" r="3.6" />
            <path d="M10 1.8v1.6M10 16.6v1.6M1.8 10h1.6M16.6 10h1.6M4.2 4.2l1.1 1.1M14.7 14.7l1.1 1.1M15.8 4.2l-1.1 1.1M5.3 14.7l-1.1 1.1" />
          </g>
        ) : (
          <path
            d="M16.5 12.2A7 7 0 0 1 7.8 3.5a7 7 0 1 0 8.7 8.7z"
            strokeWidth="1.8"
            strokeLinejoin="round"
          />
        )}
      </svg>
    </button>
  );
}
