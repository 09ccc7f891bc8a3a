/** What an event can belong to. */
export const products = [
  "vault",
  "savings",
  "cooperative",
  "lottery",
  "circle",
  "treasury",
  "roles",
  "price",
] as const;

export type Product = (typeof products)[number];
