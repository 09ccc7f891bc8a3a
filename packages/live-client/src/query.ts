import { answerIn, type Result } from "./answer.ts";
import { valueOf, type Given } from "./connection.ts";
import { LiveError, type LiveErrorCode } from "./errors.ts";
import type { Payload } from "./operation.ts";

/** What the client uses of the platform's `fetch`. */
export type Fetch = (
  url: string,
  init: { method: string; headers: Record<string, string>; body: string; signal: AbortSignal },
) => Promise<{
  readonly ok: boolean;
  readonly status: number;
  readonly headers: { get(name: string): string | null };
  text(): Promise<string>;
}>;

export interface QuerySettings {
  readonly url: string;
  readonly headers: Given<Readonly<Record<string, string>>> | undefined;
  readonly fetch: Fetch | undefined;
}

/** Asks once. Whatever is not an answer with data is thrown. */
export async function query<Data>(
  { url, headers, fetch = globalThis.fetch }: QuerySettings,
  body: string,
  signals: readonly (AbortSignal | undefined)[],
  timeout: number,
): Promise<Result<Data>> {
  const late = AbortSignal.timeout(timeout);
  const signal = AbortSignal.any([...signals.filter((given) => given !== undefined), late]);
  try {
    const own = await valueOf(headers);
    signal.throwIfAborted();
    const response = await fetch(url, {
      method: "POST",
      headers: { "content-type": "application/json", accept: "application/json", ...own },
      body,
      signal,
    });
    return resultOf(url, response, await response.text());
  } catch (cause) {
    if (late.aborted && signal.reason === late.reason) {
      const message = `${url} has not answered within ${timeout} ms.`;
      throw LiveError.of("DEADLINE_PASSED", message);
    }
    signal.throwIfAborted();
    if (cause instanceof LiveError) throw cause;
    throw LiveError.of("UNREACHABLE", `${url} does not answer queries.`, { cause });
  }
}

function resultOf<Data>(
  url: string,
  { ok, status, headers }: Awaited<ReturnType<Fetch>>,
  text: string,
): Result<Data> {
  const details = { status, retryAfter: retryAfterIn(headers.get("retry-after")) };
  let payload: Payload = {};
  try {
    payload = (JSON.parse(text) ?? {}) as Payload;
  } catch {
    // said below, by the status
  }
  try {
    const answer = answerIn<Data>(payload);
    if (answer.error) throw answer.error;
    if (ok) return answer;
  } catch (error) {
    if (!(error instanceof LiveError)) throw error;
    if (error.code !== "BAD_ANSWER") throw new LiveError(error.errors, details);
  }
  const said = ok ? "what is no answer of GraphQL" : `with status ${status}`;
  throw LiveError.of(codeOf(status), `${url} answered ${said}.`, details);
}

function codeOf(status: number): LiveErrorCode {
  if (status < 400) return "BAD_ANSWER";
  if (status === 429 || status === 503) return "TOO_MANY_REQUESTS";
  return status < 500 ? "BAD_REQUEST" : "UNREACHABLE";
}

/** Seconds, or a time. */
function retryAfterIn(header: string | null): number | undefined {
  if (header === null) return undefined;
  const seconds = /^\d+$/.test(header) ? Number(header) : (Date.parse(header) - Date.now()) / 1_000;
  return seconds >= 0 ? seconds : undefined;
}
