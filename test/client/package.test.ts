import { execFile, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startFakeServer } from "./fake-server.ts";

const root = join(import.meta.dirname, "../..");
const source = join(root, "packages/live-client");
const node = join(root, "node_modules/.bin/node");

/** The programs of a page, as they are pasted, with another address. */
function programsOf(page: string, url: string): string[] {
  const text = readFileSync(join(root, page), "utf8");
  return [...text.matchAll(/```js\n(.*?)```/gs)].map(([, program = ""]) =>
    program.replace("http://127.0.0.1:42069/graphql", url),
  );
}

/** A stranger's project that has nothing but the package. */
let project: string;

function write(name: string, content: string): string {
  const path = join(project, name);
  writeFileSync(path, content);
  return path;
}

beforeAll(() => {
  project = mkdtempSync(join(tmpdir(), "live-client-"));
  const packed = join(project, "packed");
  mkdirSync(packed);
  const env = { ...process.env, PATH: `${join(root, "node_modules/.bin")}:${process.env["PATH"]}` };
  execFileSync("npm", ["pack", "--silent", "--pack-destination", packed], { cwd: source, env });
  const [file = ""] = readdirSync(packed);
  write("package.json", `{ "type": "module", "private": true }`);
  execFileSync(
    "npm",
    ["install", "--silent", "--offline", "--no-audit", "--no-fund", join(packed, file)],
    { cwd: project, env },
  );
});

afterAll(() => {
  rmSync(project, { recursive: true, force: true });
});

describe("the package, installed in an empty project", () => {
  test("runs: a first program hears its first event, and leaves no process behind", async () => {
    const server = await startFakeServer();
    const program = write(
      "first.js",
      `import { createLiveClient } from "@khipuvault/live-client";
      import { fileCursorStore } from "@khipuvault/live-client/node";
      const live = createLiveClient({ url: process.argv[2] });
      const store = fileCursorStore("cursor.json");
      for await (const { kind, event } of live.events({ store })) {
        console.log(kind, event.type);
        break;
      }
      live.close();`,
    );
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    execFile(node, [program, server.url], { cwd: project }, (error, output) => {
      if (error) reject(error);
      else resolve(output);
    });
    const connection = await server.connection();
    const { id } = await connection.greet();
    const block = { number: "1", hash: "0x", timestamp: "1", finality: "LATEST" };
    const event = { type: "DepositMade" };
    connection.next(id, { events: { kind: "EVENT", cursor: "c1", event, block } });
    expect(await promise).toBe("EVENT DepositMade\n");
    await server.stop();
  });

  test.each(["docs/bots.md", "packages/live-client/README.md"])(
    "runs the programs of %s as they are pasted",
    async (page) => {
      const server = await startFakeServer();
      for (const text of programsOf(page, server.url)) {
        const bot = spawn(node, [write("pasted.mjs", text)], { cwd: project });
        const said: string[] = [];
        for (const stream of [bot.stdout, bot.stderr]) {
          stream.on("data", (data: Buffer) => said.push(data.toString()));
        }
        const connection = await server.connection();
        const { id } = await connection.greet();
        const block = { number: "1", hash: "0x", timestamp: "1", finality: "LATEST" };
        const event = { type: "DepositMade", blockNumber: "1", account: "0xme", args: {} };
        connection.next(id, { events: { kind: "EVENT", cursor: "c1", event, block } });
        connection.say({ id, type: "complete" });
        // each ends by itself when its stream does
        const [code] = (await once(bot, "exit")) as [number];
        expect(code, said.join("")).toBe(0);
      }
      await server.stop();
    },
  );

  test("has types that hold under strict and exactOptionalPropertyTypes, and refuse what is wrong", () => {
    mkdirSync(join(project, "node_modules/@types"), { recursive: true });
    mkdirSync(join(project, "node_modules/@graphql-typed-document-node"), { recursive: true });
    for (const name of ["@types/node", "undici-types", "@graphql-typed-document-node/core"]) {
      symlinkSync(join(root, "node_modules", name), join(project, "node_modules", name));
    }
    symlinkSync(join(root, "node_modules/graphql"), join(project, "node_modules/graphql"));
    write(
      "typed.ts",
      `import type { TypedDocumentNode } from "@graphql-typed-document-node/core";
      import { createLiveClient, memoryCursorStore, type EventMessage } from "@khipuvault/live-client";
      import { EventList } from "@khipuvault/live-client/event-list";
      import { atomicFile } from "@khipuvault/live-client/node";

      class TypedText<Data, Variables> extends String {
        declare __apiType?: (variables: Variables) => Data;
      }
      interface Pool { pool: { total: string } | null }
      interface Which { id: bigint; block?: number }
      declare const node: TypedDocumentNode<Pool, Which>;
      declare const text: TypedText<Pool, Which>;
      declare const free: TypedText<Pool, { limit?: number }>;

      const live = createLiveClient({
        url: "http://127.0.0.1/graphql",
        headers: async () => ({ authorization: "me" }),
        connectionParams: undefined,
      });
      const which: Which = { id: 1n };
      for (const document of [node, text]) {
        const { data, extensions } = await live.query(document, { variables: which });
        const total: string | undefined = data.pool?.total;
        const cursor: string | undefined = extensions.checkpoint?.cursor;
        live.events({ after: cursor, where: undefined, store: memoryCursorStore(total) }, {
          next: async (message: EventMessage) => { new EventList({ most: 5 }).apply(message); },
        });
      }
      for await (const answer of live.live(free)) {
        if (answer.error) console.error(answer.error.code, answer.error.retryAfter);
        else { const total: string | undefined = answer.data.pool?.total; console.log(total); }
      }
      await live.query<Pool>("{ pool { total } }", { variables: which, signal: AbortSignal.timeout(5) });
      live.subscribe(text, { variables: which, resume: ({ pool }) => ({ after: pool?.total }) }, {
        next: ({ data }) => data?.pool?.total,
      });
      atomicFile<{ sum: string }>("sums.json").write({ sum: "1" });
      live.onState((state) => { if (state.status === "waiting") console.log(state.code, state.retryAt); });

      // @ts-expect-error a variable is missing
      void live.query(node, { variables: {} });
      // @ts-expect-error variables are missing
      void live.query(text);
      // @ts-expect-error a variable has another type
      live.live(text, { variables: { id: "1" } });
      // @ts-expect-error it is no document
      void live.query(7);
      // @ts-expect-error it is no document
      live.subscribe({ query: "{ a }" });
      // @ts-expect-error it is no document
      live.subscribe(new Date());
      // @ts-expect-error there is no such finality
      live.events({ finality: "SOON" });
      `,
    );
    for (const lib of ["es2024", "es2024,dom"]) {
      const options = [
        "--noEmit --strict --exactOptionalPropertyTypes --module nodenext --target es2024",
        `--types node --lib ${lib} --noUncheckedIndexedAccess`,
      ];
      const tsc = join(root, "node_modules/typescript/bin/tsc");
      const args = [tsc, ...options.join(" ").split(" "), "--skipLibCheck", "typed.ts"];
      try {
        execFileSync(node, args, { cwd: project, encoding: "utf8" });
      } catch (error) {
        throw new Error((error as { stdout: string }).stdout, { cause: error });
      }
    }
  });
});

test("the client weighs less than 6 kB, gzipped, and reaches for nothing of Node", async () => {
  const { outputFiles } = await build({
    entryPoints: [join(source, "src/index.ts")],
    bundle: true,
    minify: true,
    format: "esm",
    platform: "browser",
    write: false,
  });
  const code = outputFiles[0]?.contents ?? new Uint8Array();
  expect(code.length).toBeGreaterThan(1_000);
  expect(gzipSync(code).length).toBeLessThan(6_000);
});
