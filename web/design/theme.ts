import { useSyncExternalStore } from "react";

export type Theme = "light" | "dark";

const storageKey = "khipu.theme";
const listeners = new Set<() => void>();
const system = matchMedia("(prefers-color-scheme: dark)");

function remembered(): Theme | undefined {
  const value = localStorage.getItem(storageKey);
  return value === "light" || value === "dark" ? value : undefined;
}

function current(): Theme {
  return remembered() ?? (system.matches ? "dark" : "light");
}

function apply(): void {
  const chosen = remembered();
  if (chosen) document.documentElement.dataset["theme"] = chosen;
  for (const listener of listeners) listener();
}

/** Follows the system until the person chooses. */
export function startTheme(): void {
  apply();
  system.addEventListener("change", apply);
}

export function chooseTheme(theme: Theme): void {
  localStorage.setItem(storageKey, theme);
  apply();
}

export function useTheme(): Theme {
  return useSyncExternalStore((listener) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  }, current);
}
