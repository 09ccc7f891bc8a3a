import type { ServerResponse } from "node:http";
import type { Encoded } from "./message.ts";
import type { Operation, OperationRequest } from "./operation.ts";
import { drained } from "./queue.ts";
import { errorsFor, run, type OperationOutlet, type Service } from "./service.ts";
import type { LiveSettings } from "./settings.ts";

/** How long a stream that was too slow may take to read what is still on its way to it. */
const closeGrace = 5_000;

const headers = {
  "content-type": "text/event-stream; charset=utf-8",
  "cache-control": "no-cache, no-transform",
  connection: "keep-alive",
  // nginx would hold events back otherwise
  "x-accel-buffering": "no",
  "access-control-allow-origin": "*",
};

export interface EventStreams {
  /** Answers with a stream of one operation (graphql-sse, distinct connections mode). */
  open(request: OperationRequest, lastEventId: string | undefined, response: ServerResponse): void;
  close(): void;
}

/** Serves graphql-sse. */
export function createEventStreams(service: Service, settings: LiveSettings): EventStreams {
  const responses = new Set<ServerResponse>();
  const pulse = setInterval(() => {
    for (const response of responses) response.write(":\n\n");
  }, settings.pingSeconds * 1_000);

  function open(
    request: OperationRequest,
    lastEventId: string | undefined,
    response: ServerResponse,
  ): void {
    let stop: () => void = () => undefined;
    let wanted = true;
    const end = (): void => {
      wanted = false;
      stop();
      responses.delete(response);
    };
    response.on("close", end);
    response.writeHead(200, headers);
    // some browsers report an open stream only once something has come through
    response.write(":\n\n");
    responses.add(response);

    const next = (bytes: Buffer): void => {
      if (!wanted) return;
      response.write(bytes);
      if (response.writableLength <= settings.maxQueueBytes) return;
      end();
      response.end(": too slow; connect again with the last event id\n\n");
      setTimeout(() => response.destroy(), closeGrace).unref();
    };
    const complete = (): void => {
      if (!wanted) return;
      end();
      response.end("event: complete\ndata:\n\n");
    };
    const outlet: OperationOutlet = {
      next: (encoded) => {
        next(encoded.form("sse", eventOf));
      },
      fail: (error) => {
        next(Buffer.from(eventText(JSON.stringify({ errors: errorsFor(service, error) }))));
        complete();
      },
      complete,
      drained: () => drained(response),
    };
    const prepare = (): Operation => {
      const operation = service.operations.prepare(request);
      if (operation.kind !== "events" || lastEventId === undefined) return operation;
      return { kind: "events", request: { ...operation.request, after: lastEventId } };
    };
    void run(service, prepare, outlet, () => wanted).then((stopper) => {
      if (wanted) stop = stopper;
      else stopper();
    });
  }

  return {
    open,
    close() {
      clearInterval(pulse);
      // without a `complete`: the client's own retry finds another server, or this one again
      for (const response of responses) response.end();
    },
  };
}

function eventText(json: string, id?: string): string {
  return `${id === undefined ? "" : `id: ${id}\n`}event: next\ndata: ${json}\n\n`;
}

function eventOf(encoded: Encoded): Buffer {
  return Buffer.from(eventText(encoded.json, encoded.cursor));
}
