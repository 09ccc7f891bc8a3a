const steps: readonly (readonly [Intl.RelativeTimeFormatUnit, number])[] = [
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
];

/** "2 min ago": how long ago something was; undefined while it is too fresh to count. */
export function formatAgo(seconds: number, locale: string): string | undefined {
  const step = steps.find(([, size]) => seconds >= size);
  if (!step) return undefined;
  const [unit, size] = step;
  return new Intl.RelativeTimeFormat(locale, { style: "short" }).format(
    -Math.floor(seconds / size),
    unit,
  );
}

/** "12 sec": a length of time in its largest fitting unit. */
export function formatSpan(seconds: number, locale: string): string {
  const [unit, size] = steps.find(([, length]) => seconds >= length) ?? (["second", 1] as const);
  return new Intl.NumberFormat(locale, {
    style: "unit",
    unit,
    unitDisplay: "short",
    maximumFractionDigits: 0,
  }).format(Math.max(0, Math.round(seconds / size)));
}
