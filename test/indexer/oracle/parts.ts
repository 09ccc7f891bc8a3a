import { circles } from "./circles.ts";
import { cooperatives } from "./cooperatives.ts";
import type { Log } from "./log.ts";
import { lottery } from "./lottery.ts";
import type { Part } from "./part.ts";
import { prices } from "./prices.ts";
import { roles } from "./roles.ts";
import { savings } from "./savings.ts";
import { treasury } from "./treasury.ts";
import { vault } from "./vault.ts";

export const parts: readonly Part[] = [
  ...[roles, vault, savings, cooperatives, lottery, circles, treasury, prices],
];

const byContract = new Map(parts.map((part) => [part.contract, part]));

export function partOf({ contract }: Log): Part {
  const part = byContract.get(contract);
  if (part === undefined) throw new Error(`Nothing is known of ${contract}.`);
  return part;
}
