export interface ServerSentEvent {
  readonly id?: string;
  readonly event: string;
  readonly data: unknown;
}

/** Reads server-sent events one at a time. */
export async function openEventSource(url: string, operation: object, lastEventId?: string) {
  const abort = new AbortController();
  const response = await fetch(`${url}/stream`, {
    method: "POST",
    signal: abort.signal,
    headers: {
      "content-type": "application/json",
      accept: "text/event-stream",
      ...(lastEventId !== undefined && { "last-event-id": lastEventId }),
    },
    body: JSON.stringify(operation),
  });
  if (!response.body) throw new Error(`The server answered ${response.status} without a body.`);
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  return {
    async next(): Promise<ServerSentEvent> {
      for (;;) {
        const end = text.indexOf("\n\n");
        if (end < 0) {
          const { value, done } = await reader.read();
          if (done) throw new Error("The stream has ended.");
          text += value;
          continue;
        }
        const lines = text.slice(0, end).split("\n");
        text = text.slice(end + 2);
        const fields = Object.fromEntries(
          lines.map((line) => [
            line.slice(0, line.indexOf(":")),
            line.slice(line.indexOf(":") + 1).trim(),
          ]),
        );
        if (fields["event"] === undefined) continue;
        return {
          ...(fields["id"] !== undefined && { id: fields["id"] }),
          event: fields["event"],
          data: fields["data"] ? JSON.parse(fields["data"]) : undefined,
        };
      }
    },
    close: () => {
      abort.abort();
    },
  };
}
