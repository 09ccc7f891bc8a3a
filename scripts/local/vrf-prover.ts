import { existsSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { createPublicClient, createWalletClient, http } from "viem";
import { mnemonicToAccount } from "viem/accounts";
import { foundry } from "viem/chains";
import { deployedAt, LOCAL_CHAIN_ID, parseDeployment } from "../../protocol/deployment.ts";
import { Failure, parseOptions, runScript } from "../command.ts";
import { LOCAL_MNEMONIC } from "./chain.ts";
import { LOCAL_ORACLE_SECRET } from "../../protocol/local-oracle/oracle-key.ts";
import { Prover } from "./vrf/prover.ts";

const help = `Usage: node scripts/local/vrf-prover.ts --deployment <file> --rpc <url> [options]

Answers requests for randomness on a local chain, as Chainlink's oracles do on others: with proofs that Chainlink's own
coordinator verifies. It can be started again at any time; what was not answered is answered then.

  --deployment <file>  the deployment file of the local world
  --rpc <url>          the chain
  --late <blocks>      wait so many blocks more than the request asks for
  --silent             answer nothing
  --twice              send every answer a second time
  --help               this text
`;

/** Of the test mnemonic; the last accounts are nobody else's. */
const PROVER_ACCOUNT = 18;
const POLL_MS = 500;

await runScript(async () => {
  const options = parseOptions(help, {
    deployment: { type: "string" },
    rpc: { type: "string" },
    late: { type: "string" },
    silent: { type: "boolean" },
    twice: { type: "boolean", default: false },
  });
  if (options === undefined) return;
  const { deployment: file, rpc } = options;
  if (file === undefined || rpc === undefined) {
    throw new Failure(`--deployment and --rpc are needed.\n\n${help}`);
  }
  if (!existsSync(file)) throw new Failure(`There is no deployment file ${file}.`);
  const late = options.late ?? "0";
  if (!/^\d+$/.test(late)) {
    throw new Failure(`--late is "${late}": it must be a number of blocks.`);
  }
  const deployment = parseDeployment(JSON.parse(readFileSync(file, "utf8")), file);
  if (deployment.chainId !== LOCAL_CHAIN_ID) {
    throw new Failure(
      `${file} is of chain ${deployment.chainId}: the oracle's key is for local chains only.`,
    );
  }
  const { address, startBlock } = deployedAt(deployment, "VRFCoordinator");
  const account = mnemonicToAccount(LOCAL_MNEMONIC, { addressIndex: PROVER_ACCOUNT });
  const transport = http(rpc);
  const prover = new Prover(
    {
      chain: createPublicClient({ chain: foundry, transport, pollingInterval: POLL_MS }),
      wallet: createWalletClient({ chain: foundry, transport, account }),
      coordinator: address,
      secret: LOCAL_ORACLE_SECRET,
      lateness: BigInt(late),
      twice: options.twice,
    },
    BigInt(startBlock),
  );
  say(options.silent ? "ready, and silent" : "ready");
  for (;;) {
    try {
      if (!options.silent) {
        for (const requestId of await prover.tend()) say(`answered request ${requestId}`);
      }
    } catch (error) {
      // The chain may be away for a moment, or the subscription without money; the request stays open.
      say(
        `failed: ${error instanceof Error ? (error.message.split("\n")[0] ?? "") : String(error)}`,
      );
    }
    await sleep(POLL_MS);
  }
});

function say(what: string): void {
  process.stdout.write(`${new Date().toISOString()} ${what}\n`);
}
