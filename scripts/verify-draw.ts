import { createPublicClient, http } from "viem";
import { deployedAt } from "../protocol/deployment.ts";
import { verifyDraw } from "../protocol/draw.ts";
import { Failure, parseOptions, runScript } from "./command.ts";
import { deploymentOfChain } from "./deployment-of-chain.ts";
import { readLotteryEvents } from "./lottery-log.ts";
import { verifyAnswer } from "./vrf-answer.ts";

const help = `Usage: npm run verify-draw -- --rpc <url> --round <number> [options]

Reckons a lottery's draw anew from the chain alone and says whether it was honest: who had how much in the round for how
long, whether the oracle's proof of the random word holds, which numbers follow from the word, and whom they meet. Ends
with exit code 1 if anything differs.

  --rpc <url>          a node of the chain
  --round <number>     the round
  --deployment <file>  where the contracts are; by default the deployment that is known for the chain
  --help               this text
`;

await runScript(async () => {
  const options = parseOptions(help, {
    rpc: { type: "string" },
    round: { type: "string" },
    deployment: { type: "string" },
  });
  if (options === undefined) return;
  const { rpc, round } = options;
  if (rpc === undefined || round === undefined) {
    throw new Failure(`--rpc and --round are needed.\n\n${help}`);
  }
  if (!/^[1-9]\d*$/.test(round)) {
    throw new Failure(`--round is "${round}": it must be a number from 1.`);
  }
  const chain = createPublicClient({ transport: http(rpc) });
  const deployment = await deploymentOfChain(chain, options.deployment);
  const lottery = deployedAt(deployment, "LotteryPool");
  const events = await readLotteryEvents(chain, lottery.address, BigInt(lottery.startBlock));
  if (events.length === 0) throw new Failure(`There is no lottery at ${lottery.address}.`);
  const exists = events.some(
    (event) => event.eventName === "RoundStarted" && event.args.roundId === BigInt(round),
  );
  if (!exists) throw new Failure(`There is no round ${round} yet.`);
  const report = verifyDraw(events, BigInt(round));

  let proof = "";
  if (report.word !== undefined) {
    const proven = await verifyAnswer(chain, lottery.address, events, BigInt(round));
    if ("fault" in proven) report.faults.push(proven.fault);
    else if ("unproven" in proven) proof = ` (on the coordinator's word: ${proven.unproven})`;
    else if (proven.word === report.word) proof = " (the oracle's proof of it holds)";
    else report.faults.push("The word is not the one that the oracle proved.");
  }

  say(`round ${round} of ${lottery.address}: ${report.state}`);
  say(
    `entries ${report.weights.length}, weight ${report.totalWeight}, prize ${report.prize} shares`,
  );
  if (report.word !== undefined) say(`word ${report.word}${proof}`);
  for (const { winner, tier, player, entry, shares } of report.winners) {
    const who = player === undefined ? "nobody" : `${player} with entry ${entry ?? ""}`;
    say(`winner ${winner} (tier ${tier}): ${who}, ${shares} shares`);
  }
  for (const sentence of report.faults) say(`FAULT: ${sentence}`);
  if (report.faults.length > 0) throw new Failure("The draw was not honest.");
  say(report.state === "drawn" ? "The draw was honest." : "Nothing is wrong so far.");
});

function say(what: string): void {
  process.stdout.write(`${what}\n`);
}
