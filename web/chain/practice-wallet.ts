import {
  createWalletClient,
  type EIP1193Parameters,
  type Hex,
  http,
  numberToHex,
  type TypedDataDefinition,
  type WalletRpcSchema,
} from "viem";
import { generatePrivateKey, privateKeyToAccount } from "viem/accounts";
import { foundry } from "viem/chains";
import { fillGasPurse } from "./local-gas.ts";

// A wallet inside the page, for local chains alone, so that a person without one can try everything. It asks nobody before
// it signs and keeps its key where any script of this page can read it: it must never exist where money is real.

const storageKey = "khipuvault.practice-key";
const connectedKey = "khipuvault.practice-connected";

const info = {
  uuid: "0b8c4d0e-7d8e-4a43-9b0a-6f0f5d6a2c31",
  name: "Practice wallet",
  rdns: "local.practice",
  icon: `data:image/svg+xml,${encodeURIComponent(
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 40"><rect width="40" height="40" rx="9" fill="#d99a22"/><path d="M10 12h20M14 12v16M20 12v11M26 12v16" stroke="#fff" stroke-width="3" stroke-linecap="round"/></svg>',
  )}`,
};

/** Announces the practice wallet to the page by EIP-6963. */
export function announcePracticeWallet(rpcUrl: string): void {
  const account = privateKeyToAccount(storedKey());
  const wallet = createWalletClient({ account, chain: foundry, transport: http(rpcUrl) });

  const connect = async (): Promise<Hex[]> => {
    await fillGasPurse(rpcUrl, account.address);
    localStorage.setItem(connectedKey, "yes");
    return [account.address];
  };

  const provider = {
    async request({ method, params }: EIP1193Parameters<WalletRpcSchema>): Promise<unknown> {
      switch (method) {
        case "eth_accounts":
          return localStorage.getItem(connectedKey) === null ? [] : [account.address];
        case "eth_requestAccounts":
          return connect();
        case "wallet_requestPermissions":
          await connect();
          return [{ parentCapability: "eth_accounts" }];
        case "wallet_revokePermissions":
          localStorage.removeItem(connectedKey);
          return null;
        case "eth_chainId":
          return numberToHex(foundry.id);
        case "eth_signTypedData_v4":
          return account.signTypedData(JSON.parse(params[1]) as TypedDataDefinition);
        case "eth_sendTransaction": {
          const { to, data, gas, value } = params[0];
          return wallet.sendTransaction({
            ...(to && { to }),
            ...(data && { data }),
            ...(gas && { gas: BigInt(gas) }),
            ...(value && { value: BigInt(value) }),
          });
        }
        default:
          return wallet.request({ method, params } as never);
      }
    },
    on: () => undefined,
    removeListener: () => undefined,
  };

  const announce = () => {
    const detail = Object.freeze({ info, provider });
    window.dispatchEvent(new CustomEvent("eip6963:announceProvider", { detail }));
  };
  window.addEventListener("eip6963:requestProvider", announce);
  announce();
}

function storedKey(): Hex {
  const stored = localStorage.getItem(storageKey);
  if (stored !== null && /^0x[0-9a-f]{64}$/.test(stored)) return stored as Hex;
  const key = generatePrivateKey();
  localStorage.setItem(storageKey, key);
  return key;
}
