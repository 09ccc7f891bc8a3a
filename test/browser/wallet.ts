import type { Page } from "@playwright/test";
import {
  createWalletClient,
  type Hex,
  http,
  type LocalAccount,
  numberToHex,
  type SignTypedDataParameters,
} from "viem";
import { foundry } from "viem/chains";

/** What a wallet throws when a person says no (EIP-1193). */
const USER_REJECTED = 4_001;

export interface TestWallet {
  /** Says no to every question from now on. */
  refuse(refusing: boolean): void;
  /** The requests that asked for a signature, in order. */
  readonly signed: string[];
}

/**
 * Puts a wallet into the page, announced by EIP-6963, that signs with a real key outside of the page and asks nobody.
 * Everything that needs no key goes on to the chain.
 */
export async function installWallet(
  page: Page,
  account: LocalAccount,
  rpcUrl: string,
): Promise<TestWallet> {
  const wallet = createWalletClient({ account, chain: foundry, transport: http(rpcUrl) });
  const signed: string[] = [];
  let connected = false;
  let refusing = false;

  const askPerson = (method: string) => {
    if (refusing) throw Object.assign(new Error("The person said no."), { code: USER_REJECTED });
    signed.push(method);
  };

  const answers: Record<string, (params: never[]) => unknown> = {
    eth_accounts: () => (connected ? [account.address] : []),
    eth_requestAccounts: () => {
      if (refusing) throw Object.assign(new Error("The person said no."), { code: USER_REJECTED });
      connected = true;
      return [account.address];
    },
    wallet_requestPermissions: () => {
      connected = true;
      return [{ parentCapability: "eth_accounts" }];
    },
    wallet_revokePermissions: () => {
      connected = false;
      return null;
    },
    eth_chainId: () => numberToHex(foundry.id),
    eth_signTypedData_v4: async ([, typedData]: string[]) => {
      askPerson("eth_signTypedData_v4");
      return account.signTypedData(JSON.parse(typedData ?? "") as SignTypedDataParameters);
    },
    eth_sendTransaction: async ([transaction]: { to: Hex; data: Hex; gas?: Hex }[]) => {
      if (transaction === undefined) throw new Error("eth_sendTransaction needs a transaction");
      askPerson("eth_sendTransaction");
      const { to, data, gas } = transaction;
      return wallet.sendTransaction({ to, data, ...(gas !== undefined && { gas: BigInt(gas) }) });
    },
  };

  await page.exposeFunction("askTestWallet", async (method: string, params: never[]) => {
    try {
      const answer = answers[method];
      if (answer) return { result: await answer(params) };
      return { result: await wallet.request({ method: method as never, params: params as never }) };
    } catch (error) {
      const { code = -32_603, message } = error as { code?: number; message: string };
      return { error: { code, message } };
    }
  });
  await page.addInitScript(announce);
  return { refuse: (value) => (refusing = value), signed };
}

/** Runs in the page. */
function announce(): void {
  type Answer = { result: unknown } | { error: { code: number; message: string } };
  const ask = (
    globalThis as never as { askTestWallet: (method: string, params: unknown[]) => Promise<Answer> }
  ).askTestWallet;
  const provider = {
    async request({ method, params = [] }: { method: string; params?: unknown[] }) {
      const answer = await ask(method, params);
      if ("result" in answer) return answer.result;
      throw Object.assign(new Error(answer.error.message), { code: answer.error.code });
    },
    on: () => undefined,
    removeListener: () => undefined,
  };
  const info = {
    uuid: "5f1c7e2a-0d0f-4b8e-9a54-2b8f3c6d7e10",
    name: "Test Wallet",
    rdns: "example.wallet",
    icon: "data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 1 1'/>",
  };
  const page = globalThis as unknown as EventTarget;
  const say = () =>
    page.dispatchEvent(
      new CustomEvent("eip6963:announceProvider", { detail: Object.freeze({ info, provider }) }),
    );
  page.addEventListener("eip6963:requestProvider", say);
  say();
}
