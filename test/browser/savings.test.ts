import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AxeBuilder } from "@axe-core/playwright";
import { type Browser, chromium, expect as expectPage, type Page } from "@playwright/test";
import { createPublicClient, http } from "viem";
import { mnemonicToAccount } from "viem/accounts";
import { foundry } from "viem/chains";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { savingsPoolAbi } from "../../protocol/abis.generated.ts";
import { deployedAt } from "../../protocol/deployment.ts";
import { ensureBrowser } from "../../scripts/local/browser.ts";
import { LOCAL_MNEMONIC } from "../../scripts/local/chain.ts";
import { LocalWorld } from "../../scripts/local/local-world.ts";
import { freePort } from "../../scripts/local/ports.ts";
import { Progress } from "../../scripts/local/progress.ts";
import { installWallet, type TestWallet } from "./wallet.ts";

const account = mnemonicToAccount(LOCAL_MNEMONIC, { addressIndex: 15 });
const units = 10n ** 6n;

describe("a saver with a wallet", () => {
  let folder: string;
  let world: LocalWorld;
  let browser: Browser;
  let page: Page;
  let wallet: TestWallet;
  const problems: string[] = [];

  const principal = async () => {
    const chain = createPublicClient({ chain: foundry, transport: http(world.urls.chain) });
    const { address } = deployedAt(world.state.deployment(), "SavingsPool");
    const position = {
      address,
      abi: savingsPoolAbi,
      functionName: "positionOf",
      args: [account.address],
    } as const;
    return (await chain.readContract(position))[1];
  };

  /** Rows of the feed that came through the subscription, not those that only wait for it. */
  const indexedActivity = (sentence: string) =>
    page.getByRole("log").locator("li:not([data-pending])", { hasText: sentence });

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "khipuvault-browser-"));
    world = new LocalWorld({
      folder,
      ports: { app: await freePort(), api: await freePort(), chain: await freePort() },
      fresh: true,
      web: true,
      simulation: false,
      progress: new Progress(),
      abort: new AbortController().signal,
    });
    await Promise.race([world.start(), world.failure]);
    browser = await chromium.launch({
      executablePath: await ensureBrowser(),
      args: [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
      ],
    });
    page = await (await browser.newContext({ locale: "en-US" })).newPage();
    page.on("pageerror", (error) => problems.push(error.message));
    wallet = await installWallet(page, account, world.urls.chain);
    await page.goto(world.urls.app);
  });

  afterEach(async ({ task }) => {
    // What a person would have seen.
    if (task.result?.state === "fail") {
      await page.screenshot({ path: join("test-results", `${task.name}.png`), fullPage: true });
    }
  });

  afterAll(async () => {
    await browser.close();
    await world.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it("connects and gets play money", async () => {
    await page.getByRole("main").getByRole("button", { name: "Connect wallet" }).click();
    await page.getByRole("button", { name: /Test Wallet/ }).click();
    await page.getByRole("button", { name: "Get 1,000 tUSD" }).click();
    await expectPage(page.getByText("In your wallet: 1,000.00 tUSD")).toBeVisible();
  });

  it("deposits with one signature and one transaction, and the feed shows it without a reload", async () => {
    await page.evaluate(() => Object.assign(globalThis, { sameDocument: true }));
    wallet.signed.length = 0;
    await page.getByLabel("Amount").fill("250");
    await page.getByRole("button", { name: "Deposit 250 tUSD" }).click();
    await expectPage(indexedActivity("You deposited")).toContainText("250.00 tUSD");
    await expectPage(page.getByTestId("position-value")).toContainText("250.");

    expect(wallet.signed).toEqual(["eth_signTypedData_v4", "eth_sendTransaction"]);
    expect(await principal()).toBe(250n * units);
    expect(await page.evaluate(() => "sameDocument" in globalThis)).toBe(true);
  });

  it("is told in a sentence that nothing happened after saying no", async () => {
    wallet.refuse(true);
    await page.getByLabel("Amount").fill("10");
    await page.getByRole("button", { name: "Deposit 10 tUSD" }).click();
    await expectPage(page.getByRole("status").first()).toContainText("You declined in your wallet");
    wallet.refuse(false);
    expect(await principal()).toBe(250n * units);
  });

  it("withdraws a part", async () => {
    await page.getByRole("tab", { name: "Withdraw" }).click();
    await page.getByLabel("Amount").fill("100");
    await page.getByRole("button", { name: "Withdraw 100 tUSD" }).click();
    await expectPage(indexedActivity("You withdrew")).toContainText("100.00 tUSD");
    expect(await principal()).toBe(150n * units);
  });

  it.each(["light", "dark"] as const)(
    "finds a page without accessibility violations in %s",
    async (colorScheme) => {
      await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      const { violations } = await new AxeBuilder({ page }).analyze();
      expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html ?? ""}`)).toEqual([]);
    },
  );

  it("finds nothing cut off or sideways on a phone", async () => {
    await page.setViewportSize({ width: 360, height: 740 });
    const tooWide = async () =>
      page
        .locator("body *")
        .evaluateAll((elements) =>
          elements
            .filter((element) => element.getBoundingClientRect().right > 360.5)
            .map((element) => element.outerHTML.slice(0, 120)),
        );
    // The page needs a moment to take its new width.
    await expectPage.poll(tooWide).toEqual([]);
  });

  it("can do it all with the practice wallet where the browser has none", async () => {
    const bare = await (await browser.newContext({ locale: "es-PE" })).newPage();
    await bare.goto(world.urls.app);
    await bare.getByRole("main").getByRole("button", { name: "Conectar billetera" }).click();
    await bare.getByRole("button", { name: /Practice wallet/ }).click();
    await bare.getByRole("button", { name: /1.?000 tUSD/ }).click();
    await bare.getByLabel("Monto").fill("40");
    await bare.getByRole("button", { name: "Depositar 40 tUSD" }).click();
    await expectPage(bare.getByTestId("position-principal")).toContainText("40");
    await bare.reload();
    await expectPage(bare.getByTestId("position-principal")).toContainText("40");
    await bare.context().close();
  });

  it("still sees the balance when the index is down, and is told so", async () => {
    const lonely = await (await browser.newContext({ locale: "en-US" })).newPage();
    await installWallet(lonely, account, world.urls.chain);
    await lonely.route("**/graphql", (route) => route.abort());
    await lonely.routeWebSocket(/graphql/, (socket) => socket.close());
    await lonely.goto(world.urls.app);
    await lonely.getByRole("main").getByRole("button", { name: "Connect wallet" }).click();
    await lonely.getByRole("button", { name: /Test Wallet/ }).click();
    await expectPage(lonely.getByTestId("position-principal")).toContainText("150.00");
    await expectPage(lonely.getByRole("region", { name: "Happening now" })).toContainText(
      /offline|Reconnecting/,
    );
    await lonely.context().close();
  });

  it("is told of an amount that the pool would refuse, before anything is sent", async () => {
    await page.setViewportSize({ width: 1280, height: 900 });
    await page.getByRole("tab", { name: "Deposit" }).click();
    await page.getByLabel("Amount").fill("0.5");
    await expectPage(page.getByText("The smallest deposit is 1.00 tUSD.")).toBeVisible();
  });

  it("never met an error that nobody caught", () => {
    expect(problems).toEqual([]);
  });
});
