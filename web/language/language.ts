import type { Messages } from "./en.ts";

const catalogues = {
  en: async (): Promise<Messages> => (await import("./en.ts")).en,
  es: async (): Promise<Messages> => (await import("./es.ts")).es,
};

export type Language = keyof typeof catalogues;
export const languages: readonly Language[] = ["en", "es"];

/** A language together with everything needed to speak it. */
export interface Voice {
  language: Language;
  /** the full locale for numbers and dates, such as es-PE */
  locale: string;
  t: Messages;
}

const storageKey = "khipu.language";

function isLanguage(value: unknown): value is Language {
  return languages.some((language) => language === value);
}

/** The remembered choice, else the first language of the browser that we speak, else English. */
export function preferredLanguage(remembered: string | null, browser: readonly string[]): Language {
  if (isLanguage(remembered)) return remembered;
  const spoken = browser.map((tag) => tag.split("-")[0]);
  return spoken.find(isLanguage) ?? "en";
}

/** Numbers follow the region of the person where the browser tells it. */
export function localeOf(language: Language, browser: readonly string[]): string {
  return browser.find((tag) => tag.split("-")[0] === language) ?? language;
}

export async function loadVoice(language: Language): Promise<Voice> {
  const t = await catalogues[language]();
  return { language, locale: localeOf(language, navigator.languages), t };
}

export function loadPreferredVoice(): Promise<Voice> {
  return loadVoice(preferredLanguage(localStorage.getItem(storageKey), navigator.languages));
}

export function rememberLanguage(language: Language): void {
  localStorage.setItem(storageKey, language);
}
