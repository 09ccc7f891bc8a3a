import { errorsIn, LiveError } from "./errors.ts";
import type { Payload } from "./operation.ts";

/** The state of the chain that an answer was read from. */
export interface Checkpoint {
  readonly block: { readonly number: string; readonly timestamp: string };
  readonly finalized: { readonly number: string; readonly timestamp: string };
  readonly lastEvent: { readonly number: string; readonly hash: string };
  /** `events({ after: cursor })` goes on exactly where the answer ends. */
  readonly cursor: string;
}

export interface Extensions {
  readonly checkpoint?: Checkpoint;
  readonly [name: string]: unknown;
}

export interface Result<Data> {
  readonly data: Data;
  readonly error?: undefined;
  readonly extensions: Extensions;
}

/** One answer of many. With an error there is no data in it; the next one may be better. */
export type Answer<Data> =
  | Result<Data>
  | { readonly data?: undefined; readonly error: LiveError; readonly extensions: Extensions };

/** Throws where an answer has neither data nor an error. */
export function answerIn<Data>(payload: Payload): Answer<Data> {
  const { data, errors, extensions = {} } = payload;
  const found = errorsIn(errors);
  if (found) return { error: new LiveError(found), extensions };
  if (typeof data !== "object" || data === null) {
    throw LiveError.of("BAD_ANSWER", "The server's answer has neither data nor errors.");
  }
  return { data: data as Data, extensions };
}
