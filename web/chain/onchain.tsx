import { type ComponentType, type JSX } from "react";
import { type Config as WagmiConfig, createConfig, WagmiContext } from "wagmi";
import { reconnect, watchConnection } from "wagmi/actions";
import { defineChain, http } from "viem";
import { useConfig } from "../config/context.tsx";
import type { Config } from "../config/config.ts";
import { LOCAL_CHAIN_ID } from "../../protocol/deployment.ts";
import { setViewer } from "./viewer.ts";

let made: WagmiConfig | undefined;

/** One wagmi for the whole page, made when the first part needs it. */
function wagmiFor(config: Config): WagmiConfig {
  if (made) return made;
  const { deployment, rpcUrl, explorerUrl, testNetwork } = config;
  const chain = defineChain({
    id: deployment.chainId,
    name: networkName(deployment.network),
    nativeCurrency: { name: "Ether", symbol: "ETH", decimals: 18 },
    rpcUrls: { default: { http: [rpcUrl] } },
    ...(explorerUrl && { blockExplorers: { default: { name: "Explorer", url: explorerUrl } } }),
    testnet: testNetwork,
  });
  made = createConfig({
    chains: [chain],
    // Wallets announce themselves (EIP-6963); nobody else is contacted.
    multiInjectedProviderDiscovery: true,
    transports: { [chain.id]: http(undefined, { batch: true }) },
    pollingInterval: testNetwork ? 1_000 : 4_000,
    cacheTime: 0,
  });
  watchConnection(made, {
    onChange: ({ address }) => {
      setViewer(address);
    },
  });
  void meetWallets(made, config);
  return made;
}

/** A chain that runs on the person's own machine brings a wallet along, for who has none. */
async function meetWallets(wagmi: WagmiConfig, { deployment, rpcUrl }: Config): Promise<void> {
  if (deployment.chainId === LOCAL_CHAIN_ID) {
    const { announcePracticeWallet } = await import("./practice-wallet.ts");
    announcePracticeWallet(rpcUrl);
  }
  await reconnect(wagmi);
}

function networkName(network: string): string {
  return network.charAt(0).toUpperCase() + network.slice(1);
}

/**
 * Gives a part of the page its wallet and its chain. Parts that need neither stay outside and are there at once,
 * while the others load.
 */
export function onchain<Props extends JSX.IntrinsicAttributes>(
  Part: ComponentType<Props>,
): ComponentType<Props> {
  return function Onchain(props: Props) {
    const wagmi = wagmiFor(useConfig());
    return (
      <WagmiContext value={wagmi}>
        <Part {...props} />
      </WagmiContext>
    );
  };
}
