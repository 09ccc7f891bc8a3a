import * as z from "zod/mini";
import { type Deployment, deployedAt, parseDeployment } from "../../protocol/deployment.ts";

export interface Config {
  /** the GraphQL endpoint */
  apiUrl: string;
  rpcUrl: string;
  testNetwork: boolean;
  /** where people can look transactions up, if anywhere */
  explorerUrl?: string | undefined;
  deployment: Deployment;
}

export type ConfigResult =
  | { ok: true; config: Config }
  | { ok: false; problem: "missing" }
  | { ok: false; problem: "malformed"; details: readonly string[] };

/** Contracts that the app cannot do without. */
const needed = ["Asset", "KhipuVault", "SavingsPool"];

/** Relative addresses are allowed, so that one file serves any host name. */
function schemaAt(base: string) {
  const url = z.pipe(
    z.string().check(
      z.refine((text) => {
        const parsed = URL.parse(text, base);
        return parsed !== null && ["http:", "https:"].includes(parsed.protocol);
      }, "is not an http or https address"),
    ),
    z.transform((text) => new URL(text, base).href.replace(/\/$/, "")),
  );
  return z.object({
    apiUrl: url,
    rpcUrl: url,
    testNetwork: z.boolean("is neither true nor false"),
    explorerUrl: z.optional(url),
    deployment: z.unknown(),
  });
}

export function parseConfig(value: unknown, base: string): ConfigResult {
  const parsed = z.safeParse(schemaAt(base), value);
  if (!parsed.success) {
    const details = parsed.error.issues.map(
      ({ path, message }) => `${path.join(".") || "config.json"}: ${message}`,
    );
    return { ok: false, problem: "malformed", details };
  }
  try {
    const deployment = parseDeployment(parsed.data.deployment, "deployment");
    for (const name of needed) deployedAt(deployment, name);
    return { ok: true, config: { ...parsed.data, deployment } };
  } catch (error) {
    return {
      ok: false,
      problem: "malformed",
      details: [error instanceof Error ? error.message : String(error)],
    };
  }
}

/** Reads where the API, the chain and the contracts are; the build itself knows none of it. */
export async function loadConfig(): Promise<ConfigResult> {
  let text: string;
  try {
    const response = await fetch("./config.json", { cache: "no-cache" });
    if (!response.ok) return { ok: false, problem: "missing" };
    text = await response.text();
  } catch {
    return { ok: false, problem: "missing" };
  }
  // Static hosts often answer unknown paths with their front page: then there is no config file.
  if (text.trimStart().startsWith("<")) return { ok: false, problem: "missing" };
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { ok: false, problem: "malformed", details: ["config.json is not JSON."] };
  }
  return parseConfig(value, location.href);
}
