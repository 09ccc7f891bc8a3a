import "@fontsource-variable/bricolage-grotesque/wght.css";
import "@fontsource-variable/inter/wght.css";
import "./design/tokens.css";
import "./design/base.css";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { type ReactNode, StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { createLiveClient } from "../packages/live-client/src/index.ts";
import { ConfigProblem } from "./app/config-problem.tsx";
import { Page } from "./app/page.tsx";
import { type Config, loadConfig } from "./config/config.ts";
import { ConfigContext } from "./config/context.tsx";
import { startTheme } from "./design/theme.ts";
import { loadPreferredVoice } from "./language/language.ts";
import { VoiceProvider } from "./language/voice.tsx";
import { LiveBus } from "./live/bus.ts";
import { LiveContext } from "./live/context.tsx";
import { LedgerContext } from "./transactions/context.tsx";
import { Ledger } from "./transactions/ledger.ts";

/** Products whose events the page follows. */
const products = ["savings", "vault"];

/** Everything that lives as long as the page does, made once. */
function assemble(config: Config): ReactNode {
  const bus = new LiveBus(createLiveClient({ url: config.apiUrl }), products);
  const ledger = new Ledger(bus);
  bus.open();
  return (
    <ConfigContext value={config}>
      <QueryClientProvider client={new QueryClient()}>
        <LiveContext value={bus}>
          <LedgerContext value={ledger}>
            <Page />
          </LedgerContext>
        </LiveContext>
      </QueryClientProvider>
    </ConfigContext>
  );
}

startTheme();
const root = document.getElementById("app");
if (!root) throw new Error("index.html has lost its #app.");
const [voice, config] = await Promise.all([loadPreferredVoice(), loadConfig()]);
createRoot(root).render(
  <StrictMode>
    <VoiceProvider initial={voice}>
      {config.ok ? assemble(config.config) : <ConfigProblem result={config} />}
    </VoiceProvider>
  </StrictMode>,
);
