import * as z from "zod/mini";

const address = z.custom<`0x${string}`>(
  (value) => typeof value === "string" && /^0x[0-9a-fA-F]{40}$/.test(value),
  "must be an address: 0x and 40 hexadecimal digits",
);
const deployed = z.object({ address });

/** `/` and other relative addresses are allowed, so that one config serves any host name. */
const httpUrl = z.string().check(
  z.refine((text) => {
    const url = URL.parse(text, "http://here.invalid");
    return url !== null && ["http:", "https:"].includes(url.protocol);
  }, "must be an http or https address"),
);

const schema = z.object({
  apiUrl: httpUrl,
  rpcUrl: httpUrl,
  testNetwork: z.boolean(),
  /** where people can look transactions up, if anywhere */
  explorerUrl: z.optional(httpUrl),
  deployment: z.object({
    chainId: z.number().check(z.positive()),
    network: z.string().check(z.minLength(1)),
    contracts: z.object({ Asset: deployed, KhipuVault: deployed, SavingsPool: deployed }),
  }),
});

export type Config = z.infer<typeof schema>;

export type ConfigResult =
  | { ok: true; config: Config }
  | { ok: false; problem: "missing" }
  | { ok: false; problem: "malformed"; details: readonly string[] };

export function parseConfig(value: unknown): ConfigResult {
  const parsed = z.safeParse(schema, value);
  if (parsed.success) return { ok: true, config: parsed.data };
  const details = parsed.error.issues.map(({ path, message }) => `${path.join(".") || "config.json"}: ${message}`);
  return { ok: false, problem: "malformed", details };
}

/** Reads where the API, the chain and the contracts are; the build itself knows none of it. */
export async function loadConfig(): Promise<ConfigResult> {
  let text: string;
  try {
    const response = await fetch("/config.json", { cache: "no-cache" });
    if (!response.ok) return { ok: false, problem: "missing" };
    text = await response.text();
  } catch {
    return { ok: false, problem: "missing" };
  }
  try {
    return parseConfig(JSON.parse(text));
  } catch {
    // Static hosts answer unknown paths with their front page: then there is no config file.
    if (text.trimStart().startsWith("<")) return { ok: false, problem: "missing" };
    return { ok: false, problem: "malformed", details: ["config.json: is not JSON"] };
  }
}
