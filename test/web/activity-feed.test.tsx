// @vitest-environment happy-dom
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { act, cleanup, render, screen, within } from "@testing-library/react";
import { afterEach, beforeEach, expect, test } from "vitest";
import type {
  ConnectionState,
  EventMessage,
  Handlers,
  LiveClient,
  LiveEvent,
} from "../../packages/live-client/src/index.ts";
import { type Config } from "../../web/config/config.ts";
import { ConfigContext } from "../../web/config/context.tsx";
import { ActivityFeed } from "../../web/features/activity/activity-feed.tsx";
import { en } from "../../web/language/en.ts";
import { VoiceProvider } from "../../web/language/voice.tsx";
import { LiveBus } from "../../web/live/bus.ts";
import { LiveContext } from "../../web/live/context.tsx";
import { LedgerContext } from "../../web/transactions/context.tsx";
import { Ledger } from "../../web/transactions/ledger.ts";

const address = `0x${"11".repeat(20)}` as const;
const contract = { address, startBlock: 0 };
const config: Config = {
  apiUrl: "http://127.0.0.1/graphql",
  rpcUrl: "http://127.0.0.1/rpc",
  testNetwork: true,
  deployment: {
    chainId: 1,
    network: "local",
    genesisHash: `0x${"22".repeat(32)}`,
    contracts: { Asset: contract, KhipuVault: contract, SavingsPool: contract },
  },
};

let say: (message: EventMessage) => void;
let become: (state: ConnectionState) => void;
let past: () => Promise<LiveEvent[]>;
let bus: LiveBus;

beforeEach(() => {
  past = () => Promise.resolve([]);
  const client = {
    query: async () => ({ data: { of0: { items: await past() } }, extensions: {} }),
    events(_: unknown, handlers: Handlers<EventMessage>) {
      say = (message) => {
        handlers.next(message);
      };
      return () => undefined;
    },
    onState(listener: typeof become) {
      become = listener;
      return () => undefined;
    },
    close: () => undefined,
  };
  bus = new LiveBus(client as unknown as LiveClient, ["savings"]);
});

afterEach(() => {
  cleanup();
  bus.close();
});

async function show(): Promise<void> {
  const queries = new QueryClient();
  queries.setQueryData(["unit", config.deployment.genesisHash, address], {
    symbol: "tUSD",
    decimals: 6,
  });
  bus.open();
  await act(async () => {
    render(
      <ConfigContext value={config}>
        <VoiceProvider initial={{ language: "en", locale: "en", t: en }}>
          <QueryClientProvider client={queries}>
            <LiveContext value={bus}>
              <LedgerContext value={new Ledger(bus)}>
                <ActivityFeed />
              </LedgerContext>
            </LiveContext>
          </QueryClientProvider>
        </VoiceProvider>
      </ConfigContext>,
    );
    await Promise.resolve();
  });
}

function deposit(number: number, assets: bigint): EventMessage {
  const timestamp = String(Math.floor(Date.now() / 1_000));
  return {
    kind: "EVENT",
    cursor: "c",
    block: { number: String(number), hash: "0xb", timestamp, finality: "LATEST" },
    event: {
      id: String(number).padStart(75, "0"),
      chainId: 1,
      blockNumber: String(number),
      blockHash: "0xb",
      blockTimestamp: timestamp,
      transactionHash: "0xt",
      logIndex: 0,
      contract: address,
      product: "savings",
      type: "DepositMade",
      actor: address,
      account: address,
      subject: null,
      args: { assets: String(assets) },
    },
  };
}

test("an empty feed says what will happen here", async () => {
  await show();
  expect(await screen.findByText(en.activity.empty)).toBeTruthy();
});

test("a deposit appears by itself, with who and how much", async () => {
  await show();
  act(() => {
    say(deposit(1, 250_000_000n));
  });
  const [row] = within(screen.getByRole("log")).getAllByRole("listitem");
  expect(row?.textContent).toContain("0x1111…1111 deposited");
  expect(row?.textContent).toContain("250.00\u00a0tUSD");
});

test("events that are not about anybody's savings are left out", async () => {
  await show();
  const message = deposit(1, 5n);
  act(() => {
    say({ ...message, event: { ...message.event, type: "LimitsSet" } } as EventMessage);
  });
  expect(screen.queryByRole("log")).toBeNull();
});

test("when the index is not there, the page says that balances do not need it", async () => {
  past = () => Promise.reject(new Error("down"));
  await show();
  expect(await screen.findByText(en.activity.unavailable)).toBeTruthy();
});

test("the badge tells a live connection from a lost one", async () => {
  await show();
  act(() => {
    become({ status: "open" });
  });
  expect(screen.getByRole("status").textContent).toContain(en.live.live);
  act(() => {
    become({ status: "waiting", attempt: 1, retryAt: 0, code: 1006, reason: "gone" });
  });
  expect(screen.getByRole("status").textContent).toContain(en.live.reconnecting);
});
